// `foldmill final run` and `foldmill folds run`: what follows a search, asked for by hand.

#include "cli/commands/context.h"
#include "cli/run/local_run.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

struct FinalFlags {
  std::string study;
  int k = 0;  // 0: no cross-validation
  int repeats = 1;
  int64_t top = 1;
  bool train = false;
  bool keep_validation = false;
  int64_t epochs = 0;  // 0: those of the search
  bool test = false;
  LocalWorkerFlags worker;
};

Result<FinalStages> stages_of(const FinalFlags& flags) {
  FinalStages stages;
  if (flags.k > 0)
    stages.cross_validate =
        CrossValidateStage{.k = flags.k, .repeats = flags.repeats, .top = flags.top};
  if (flags.train || flags.keep_validation || flags.epochs > 0) {
    stages.train = TrainStage{.on_validation_too = !flags.keep_validation};
    if (flags.epochs > 0) stages.train->epochs = flags.epochs;
  }
  stages.test = flags.test;
  if (!stages.empty()) return stages;
  return invalid_argument(
      "final run: which stage? add --cross-validate 5, --train or --test, or several of them");
}

Outcome run_stages(const FinalFlags& flags, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(const FinalStages stages, stages_of(flags));
  Work work;
  work.begin = [&](CoordinatorClient& client) -> Result<std::vector<EnsuredStudy>> {
    FOLDMILL_ASSIGN_OR_RETURN(const StudyRow search, client.get_study(flags.study));
    FOLDMILL_RETURN_IF_ERROR(client.add_stages(search.spec.name, stages).status());
    FOLDMILL_ASSIGN_OR_RETURN(StudyRow study, client.get_study(search.spec.name));
    return std::vector<EnsuredStudy>{{std::move(study), "is done, and goes on with its stages"}};
  };
  return run_work(work, flags.worker, context);
}

void add_leaf_options(CLI::App& leaf, const std::shared_ptr<FinalFlags>& flags, Context& context) {
  leaf.add_option("STUDY", flags->study, "a completed study: name, or unique beginning")
      ->required();
  leaf.add_option("--top", flags->top, "how many of the best trials are cross-validated")
      ->check(CLI::Range(1, 1'000'000));
  leaf.add_option("--repeats", flags->repeats, "splits, each into as many folds")
      ->check(CLI::Range(1, 100));
  add_worker_options(leaf, flags->worker);
  add_source_options(leaf, context);
  leaf.callback([flags, &context] {
    context.action = [=, &context] { return run_stages(*flags, context); };
  });
}

}  // namespace

void add_final_commands(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<FinalFlags>();
  CLI::App* noun =
      app.add_subcommand("final", "what follows a search: cross-validate, train, test");
  noun->require_subcommand(1);
  CLI::App* leaf = noun->add_subcommand("run", "run stages that the study's file did not ask for");
  leaf->add_option("--cross-validate", flags->k, "the best trials on so many folds")
      ->check(CLI::Range(2, 100));
  leaf->add_flag("--train", flags->train, "the best trial on all training data");
  leaf->add_flag("--keep-validation", flags->keep_validation,
                 "train with the validation part held out, as in the search");
  leaf->add_option("--epochs", flags->epochs, "train so many epochs")
      ->check(CLI::Range(1, 1'000'000));
  leaf->add_flag("--test", flags->test, "judge the model on the official test images");
  add_leaf_options(*leaf, flags, context);
}

void add_folds_run_command(CLI::App& noun, Context& context) {
  const auto flags = std::make_shared<FinalFlags>();
  CLI::App* leaf = noun.add_subcommand("run", "cross-validate the best trials of a study");
  leaf->add_option("--k", flags->k, "folds")->required()->check(CLI::Range(2, 100));
  add_leaf_options(*leaf, flags, context);
}

}  // namespace foldmill::cli
