#include "coordinator/stages/encoder_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foldmill::coordinator {
namespace {

using ::testing::HasSubstr;

ArtifactRef weights(char digit) { return {std::string(64, digit), 4096}; }

// One study with one trial.
class OneStudy final : public storage::StudyReader {
 public:
  StudyRow study;
  TrialRow trial;

  Result<StudyRow> get_study(const std::string& name) override {
    if (study.spec.name.starts_with(name)) return study;
    return not_found("there is no such study");
  }
  Result<TrialRow> get_trial(const std::string&, TrialNumber number) override {
    if (number == trial.number) return trial;
    return not_found("there is no such trial");
  }
  Result<Page<StudyRow>> list_studies(int64_t, const std::string&) override { return unasked(); }
  Result<Page<TrialRow>> list_trials(const std::string&, const TrialQuery&) override {
    return unasked();
  }
  Result<Page<WorkerRow>> list_workers(int64_t, const std::string&) override { return unasked(); }
  Result<Table> query(const std::string&, int64_t, Milliseconds) override { return unasked(); }

 private:
  static Status unasked() { return internal_error("nobody needs this"); }
};

FoldRow completed_fold(double value, char digit) {
  FoldRow fold;
  fold.state = FoldState::kCompleted;
  fold.value = value;
  fold.artifacts = {{"state_dict.pt", weights('0')}, {"model.safetensors", weights(digit)}};
  return fold;
}

class EncoderLookupTest : public ::testing::Test {
 protected:
  EncoderLookupTest() {
    reader_.study.spec.name = "my-cae";
    reader_.study.best = TrialNumber(4);
    reader_.trial.number = TrialNumber(4);
    reader_.trial.state = TrialState::kCompleted;
    reader_.trial.folds = {completed_fold(0.3, 'a'), completed_fold(0.2, 'b'),
                           completed_fold(0.4, 'c')};
    spec_.name = "tuned";
    spec_.model.type = "classifier";
    spec_.model.encoder = EncoderSource{"my-cae", "best", "", false, false, weights('f')};
  }

  void expect_refused(StatusCode code, const std::string& says) {
    const Status status = find_encoder(reader_, spec_);
    EXPECT_EQ(status.code(), code);
    EXPECT_THAT(status.message(), HasSubstr("creating study tuned: the encoder from study"));
    EXPECT_THAT(status.message(), HasSubstr(says));
  }

  OneStudy reader_;
  StudySpec spec_;
};

TEST_F(EncoderLookupTest, OnlyAnotherStudyIsLookedUp) {
  EXPECT_TRUE(wants_lookup(spec_));
  spec_.model.encoder = EncoderSource{"", "best", "/file", false, false, std::nullopt};
  EXPECT_FALSE(wants_lookup(spec_));
  spec_.model.encoder.reset();
  EXPECT_FALSE(wants_lookup(spec_));
}

TEST_F(EncoderLookupTest, TheBestFoldByTheOtherStudysDirectionWins) {
  ASSERT_EQ(find_encoder(reader_, spec_), ok_status());
  EXPECT_EQ(spec_.model.encoder->artifact, weights('b'));
  reader_.study.spec.objective.direction = Direction::kMaximize;
  ASSERT_EQ(find_encoder(reader_, spec_), ok_status());
  EXPECT_EQ(spec_.model.encoder->artifact, weights('c'));
}

TEST_F(EncoderLookupTest, ATrialMayBeNamedByItsNumber) {
  reader_.study.best.reset();
  spec_.model.encoder->trial = "4";
  ASSERT_EQ(find_encoder(reader_, spec_), ok_status());
  spec_.model.encoder->trial = "5";
  expect_refused(StatusCode::kNotFound, "no such trial");
}

TEST_F(EncoderLookupTest, TheStudyIsNamedInFull) {
  spec_.model.encoder->study = "my";
  expect_refused(StatusCode::kNotFound, "did you mean my-cae?");
  spec_.model.encoder->study = "other";
  expect_refused(StatusCode::kNotFound, "no such study");
}

TEST_F(EncoderLookupTest, AStudyWithoutResultsHasNoBest) {
  reader_.study.best.reset();
  expect_refused(StatusCode::kFailedPrecondition, "has no completed trial yet");
}

TEST_F(EncoderLookupTest, OnlyCompletedTrialsCount) {
  spec_.model.encoder->trial = "4";
  for (const TrialState state :
       {TrialState::kRunning, TrialState::kPruned, TrialState::kFailed, TrialState::kCancelled}) {
    reader_.trial.state = state;
    expect_refused(StatusCode::kFailedPrecondition, std::string(to_string(state)));
  }
}

TEST_F(EncoderLookupTest, ATrialWithoutTheFileSaysSo) {
  for (FoldRow& fold : reader_.trial.folds) fold.artifacts = {{"state_dict.pt", weights('0')}};
  expect_refused(StatusCode::kFailedPrecondition, "trial 4 left no model.safetensors");
}

}  // namespace
}  // namespace foldmill::coordinator
