// `trial compare`, `best --one-standard-error` and fold values in what the command line prints,
// asked of the file and of the coordinator that holds it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "cli/command_line.h"
#include "core/fold_statistics.h"
#include "storage/open.h"
#include "tests/integration/coordinator_fixture.h"
#include "tests/support/store_changes.h"

namespace foldmill::coordinator {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Answer {
  int code;
  std::string out, err;
};

class CompareCommandTest : public CoordinatorFixture {
 protected:
  // The coordinator is started by the test, when the database is as it should be.
  void SetUp() override {
    store_ = storage::open_store(database()).value();
    create(1, "s", 5);
    complete(1, 0, {0.31, 0.40, 0.36, 0.49, 0.44}, 900);
    complete(1, 1, {0.20, 0.30, 0.25, 0.40, 0.35}, 800);  // the best: 0.30 with an error of 0.035
    complete(1, 2, {0.22, 0.31, 0.28, 0.40, 0.36}, 100);
    prune(1, 3, {0.5, 0.6});
    create(2, "hold-out", 1);
    complete(2, 0, {0.5}, 1);
  }

  std::filesystem::path database() const { return dir_ / "study.db"; }

  void create(int64_t id, const std::string& name, int folds) {
    StudySpec spec = small_study(name);
    spec.trials = 100;
    spec.folds.k = folds;
    apply({change::StudyCreated{StudyId(id), spec, test::at(0)}, test::worker_seen()});
  }

  void run_folds(int64_t study, int64_t number, const std::vector<double>& values,
                 double parameters) {
    for (size_t fold = 0; fold < values.size(); ++fold) {
      const FoldKey key = test::fold_key(number, static_cast<int64_t>(fold), study);
      apply(
          {test::leased(++attempt_, key),
           change::EpochReported{AttemptId(attempt_),
                                 key,
                                 {1, {{"val_loss", values[fold]}, {"n_parameters", parameters}}, 1},
                                 values[fold],
                                 test::at(110)},
           test::attempt_ended(attempt_),
           test::fold_changed(key, FoldState::kCompleted, values[fold])});
    }
  }

  void complete(int64_t study, int64_t number, const std::vector<double>& values,
                double parameters) {
    create_trial(study, number, static_cast<int>(values.size()));
    run_folds(study, number, values, parameters);
    end(study, number, TrialState::kCompleted, mean_of(values), false);
  }

  // After some of five folds.
  void prune(int64_t study, int64_t number, const std::vector<double>& values) {
    create_trial(study, number, 5);
    run_folds(study, number, values, 1);
    end(study, number, TrialState::kPruned, 0.57, true);
  }

  void create_trial(int64_t study, int64_t number, int folds) {
    apply({change::TrialCreated{
        test::trial_key(number, study), {{"lr", 0.5}}, false, folds, test::at(10)}});
  }

  void end(int64_t study, int64_t number, TrialState state, double value, bool estimated) {
    change::TrialEnded ended{
        test::trial_key(number, study), state, value, EndCause::kNone, "", {}, test::at(300)};
    ended.estimated = estimated;
    apply({ended});
  }

  void serve() {
    store_ = {};
    start();
  }

  Answer run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--db", database().string()});
    return call_program(std::move(arguments));
  }
  Answer ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--coordinator", coordinator_->addresses().front()});
    return call_program(std::move(arguments));
  }

 private:
  static Answer call_program(const std::vector<std::string>& arguments) {
    std::ostringstream out, err;
    const int code = cli::run_command_line(arguments, out, err);
    return {code, out.str(), err.str()};
  }

  void apply(const std::vector<Change>& changes) {
    ASSERT_EQ(store_.store->apply(changes), ok_status());
  }

  storage::OpenedStore store_;
  int64_t attempt_ = 0;
};

TEST_F(CompareCommandTest, TheFileAndTheCoordinatorCompareTheSame) {
  serve();
  const std::vector<std::string> command = {"trial", "compare", "s/0", "s/best", "-o", "json"};
  const Answer file = run(command);
  ASSERT_EQ(file.code, 0) << file.err;
  EXPECT_EQ(ask(command).out, file.out);
  const auto json = nlohmann::json::parse(file.out);
  EXPECT_EQ(json["schema"], "comparison/v1");
  EXPECT_EQ(json["second"]["number"], 1);
  EXPECT_NEAR(json["difference"]["mean"].get<double>(), 0.1, 1e-12);
  EXPECT_NEAR(json["t_test"]["p_value"].get<double>(), 0.00011793929, 1e-10);
  EXPECT_EQ(json["notes"].size(), 1u);
}

TEST_F(CompareCommandTest, ATableAndItsSentences) {
  const Answer table = run({"trial", "compare", "s/0", "s/1"});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, AllOf(HasSubstr("first     s/0  completed  val_loss 0.400 ± 0.031"),
                               HasSubstr("FOLD  FIRST  SECOND  DIFFERENCE"),
                               HasSubstr("result    On the 5 folds that both completed"),
                               HasSubstr("note      s/1 was chosen as the best of 3")));
  const Answer csv = run({"trial", "compare", "s/0", "s/3", "-o", "csv"});
  EXPECT_THAT(csv.out, ::testing::StartsWith("fold,first,second,difference\n0,0.31,0.5,"));
}

TEST_F(CompareCommandTest, RefusalsSayWhyAndHaveTheirExitCodes) {
  const Answer other = run({"trial", "compare", "s/0", "hold-out/best"});
  EXPECT_EQ(other.code, 7);
  EXPECT_THAT(other.err, HasSubstr("folds.k is 5 in one and 1 in the other"));
  EXPECT_EQ(run({"trial", "compare", "s/0", "s/0"}).code, 2);
  EXPECT_EQ(run({"trial", "compare", "s/0", "s/9"}).code, 3);
  EXPECT_EQ(run({"trial", "compare", "s/0", "s/1.2"}).code, 2);
  EXPECT_EQ(run({"trial", "compare", "s/0", "best"}).code, 2);
  EXPECT_EQ(run({"trial", "compare", "s/0", "s/1", "--metric", "val_acc"}).code, 2);
}

TEST_F(CompareCommandTest, TheCheapestWithinOneStandardError) {
  serve();
  const std::vector<std::string> command = {"best", "s", "--one-standard-error"};
  const Answer answer = run(command);
  ASSERT_EQ(answer.code, 0) << answer.err;
  EXPECT_THAT(answer.out, AllOf(HasSubstr("cheapest  s/2"),
                                HasSubstr("of the 2 trials that are, it has the least "
                                          "n_parameters: 100, against 800 of the best.")));
  EXPECT_EQ(ask(command).out, answer.out);
  const auto json =
      nlohmann::json::parse(run({"best", "s", "--one-standard-error", "-o", "json"}).out);
  EXPECT_EQ(json["schema"], "choice/v1");
  EXPECT_EQ(json["trial"]["number"], 2);
  EXPECT_EQ(run({"best", "s", "--cost", "lr"}).code, 2);
  EXPECT_EQ(run({"best", "s", "--one-standard-error", "--cost", "size"}).code, 2);
  const Answer single = run({"best", "hold-out", "--one-standard-error"});
  EXPECT_EQ(single.code, 7);
  EXPECT_THAT(single.err, HasSubstr("folds: {k: 5}"));
}

TEST_F(CompareCommandTest, ScatterAndEstimatesAreShownEverywhere) {
  EXPECT_THAT(run({"best", "s"}).out, HasSubstr("val_loss 0.300 ± 0.035 (5 folds)"));
  EXPECT_THAT(run({"study", "show", "s"}).out, HasSubstr("#1  val_loss 0.300 ± 0.035 (5 folds)"));
  EXPECT_THAT(run({"trial", "show", "s/1"}).out,
              AllOf(HasSubstr("value 0.300 ± 0.035 (5 folds)"), HasSubstr("median 0.3,"),
                    HasSubstr("corrected for the training data that folds share")));
  EXPECT_THAT(run({"trial", "show", "s/3"}).out, HasSubstr("value ~0.57, estimated from 2 of 5"));
  EXPECT_THAT(run({"trial", "list", "s"}).out, HasSubstr("~0.57"));
  EXPECT_THAT(run({"trial", "list", "s", "--where", "estimated = true", "-o", "csv", "--columns",
                   "number,value,folds,estimated"})
                  .out,
              HasSubstr("\n3,0.57,2,1\n"));
  const auto study = nlohmann::json::parse(run({"study", "show", "s", "-o", "json"}).out);
  EXPECT_EQ(study["best_fold_statistics"]["folds"], 5);
}

}  // namespace
}  // namespace foldmill::coordinator
