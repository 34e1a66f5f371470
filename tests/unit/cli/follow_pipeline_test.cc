// Stages come a moment after their search has completed, whatever it completed of.

#include "cli/run/follow_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace foldmill::cli {
namespace {

using ::testing::HasSubstr;

// A completed search whose stage `train` is seen at the third look for it, if at all.
class LateStage final : public StudySource {
 public:
  std::string reason;
  bool comes = true;

  Result<StudyRow> get_study(const std::string& name) override {
    StudyRow row;
    row.spec.name = name;
    row.state = StudyState::kCompleted;
    if (name == "s") {
      row.reason = reason;
      row.spec.final_stages.train.emplace();
      return row;
    }
    if (!comes || ++looks_ < 3) return not_found("there is no study " + name);
    row.spec.origin = StageOrigin{"s", Stage::kTrain, {0}};
    return row;
  }
  Result<Page<TrialRow>> list_trials(const std::string&, const TrialQuery&) override {
    return Page<TrialRow>{};
  }
  Result<Page<StudyRow>> list_studies(const std::string&) override { return unasked(); }
  Result<TrialRow> get_trial(const std::string&, TrialNumber) override { return unasked(); }
  Result<Page<WorkerRow>> list_workers(const std::string&) override { return unasked(); }
  Result<Table> query(const std::string&, int64_t, Milliseconds) override { return unasked(); }
  Status fetch(const ArtifactRef&, const std::filesystem::path&) override { return unasked(); }

 private:
  static Status unasked() { return internal_error("nobody asks for this"); }
  int looks_ = 0;
};

class FollowPipelineTest : public ::testing::Test {
 protected:
  Result<FollowEnd> follow_it() {
    const InterruptWatch interrupts;
    return follow_pipeline(source_, "s", interrupts,
                           {out_, {}, "", {err_, Terminal(), [] { return ok_status(); }}});
  }
  LateStage source_;
  std::ostringstream out_, err_;
};

TEST_F(FollowPipelineTest, AReasonToHaveCompletedIsNoReasonToGiveUp) {
  source_.reason = "its time limit of 60 s has passed";
  const auto end = follow_it();
  ASSERT_TRUE(end.ok()) << end.status().message();
  EXPECT_THAT(out_.str(), HasSubstr("train of s: completed"));
}

TEST_F(FollowPipelineTest, AStageThatCannotBeMadeEndsIt) {
  source_.reason = "final stage train: no trial of s has completed";
  source_.comes = false;
  EXPECT_THAT(follow_it().status().message(),
              HasSubstr("after s: final stage train: no trial of s has completed"));
}

}  // namespace
}  // namespace foldmill::cli
