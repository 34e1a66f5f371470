#include "tests/bench/quality/study_input.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "cli/study_file/params_binder.h"
#include "cli/study_file/study_file.h"
#include "cli/study_file/yaml_loader.h"
#include "core/text.h"

namespace foldmill::bench {

namespace {

// A study of which nothing counts but `block`, a path of keys.
Result<StudySpec> study_with(const std::string& block, const std::string& type,
                             const std::vector<std::string>& options) {
  std::vector<std::string> overrides{concat(block, ".type=", type)};
  for (const std::string& option : options) overrides.push_back(concat(block, ".", option));
  return cli::read_study_text("--option",
                              "name: bench\n"
                              "model: {type: command, run: [\"true\"]}\n"
                              "objective: {metric: value}\n"
                              "params: {epochs: 100, x: {float: [0, 1]}}\n"
                              "folds: {k: 100}\n",
                              overrides);
}

}  // namespace

Result<SamplerSpec> read_sampler(const std::string& type, const std::vector<std::string>& options) {
  if (options.empty()) {
    SamplerSpec spec;
    spec.type = type;
    return spec;
  }
  FOLDMILL_ASSIGN_OR_RETURN(StudySpec study, study_with("search.sampler", type, options));
  return std::move(study.sampler);
}

Result<PruningSpec> read_pruning(const std::string& type, const std::vector<std::string>& options) {
  FOLDMILL_ASSIGN_OR_RETURN(StudySpec study, study_with("pruning", type, options));
  return std::move(study.pruning);
}

Result<SearchSpace> read_space(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return not_found(concat("cannot read ", file.string()));
  auto source = std::make_shared<cli::SourceText>();
  source->name = file.string();
  source->text.assign(std::istreambuf_iterator<char>(stream), {});

  cli::Diagnostics diagnostics;
  const cli::DocNode document = cli::load_yaml(std::move(source), diagnostics);
  FOLDMILL_RETURN_IF_ERROR(diagnostics.status());
  StudySpec study;
  study.model.type = "command";
  cli::bind_params(document.find("params"), document, study, diagnostics);
  FOLDMILL_RETURN_IF_ERROR(diagnostics.status());
  if (study.space.empty())
    return invalid_argument(concat(file.string(), ": there is no range under params:"));
  return study.space;
}

}  // namespace foldmill::bench
