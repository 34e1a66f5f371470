#include "worker/trainer/protocol/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace foldmill::trainer {
namespace {

using ::testing::HasSubstr;

const char kAssignment[] =
    R"({"type":"assignment","attempt":130,"study":"s","trial":42,"fold":1,"seed":18446744073709551615,)"
    R"("attempt_seed":1,"data":{"dataset":"fashion-mnist","normalize":"standard",)"
    R"("subset":{"train":6000,"stratified":false}},"folds":{"k":5,"stratified":false,"seed":7},)"
    R"("model":{"type":"cae","variant":"conv3"},)"
    R"("params":{"lr":0.001,"filters_1":16,"optimizer":"adam","x":true},)"
    R"("objective":{"metric":"val_loss"},"epochs":20,"first_epoch":5,"checkpoint_every_epochs":2,)"
    R"("resume_from":{"path":"/c","epoch":4},"unknown":1})";

TEST(MessagesTest, ReadsAnAssignment) {
  const Result<Message> message = parse_message(kAssignment);
  ASSERT_TRUE(message.ok()) << message.status().message();
  const auto& parsed = std::get<TrainerAssignment>(*message);
  const Assignment& assignment = parsed.assignment;
  EXPECT_EQ(assignment.attempt, AttemptId(130));
  EXPECT_EQ(assignment.fold.trial, TrialNumber(42));
  EXPECT_EQ(assignment.seed, std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(assignment.data.normalize, Normalize::kStandard);
  EXPECT_EQ(assignment.data.subset_train, 6000);
  EXPECT_FALSE(assignment.data.subset_stratified);
  EXPECT_EQ(assignment.folds.k, 5);
  EXPECT_EQ(assignment.params.get_int("filters_1"), 16);
  EXPECT_EQ(assignment.params.get_double("lr"), 0.001);
  EXPECT_EQ(assignment.params.get_bool("x"), true);
  EXPECT_EQ(assignment.checkpoint_every_epochs, 2);
  ASSERT_TRUE(parsed.resume);
  EXPECT_EQ(parsed.resume->epoch, 4);
}

std::string with(const std::string& from, const std::string& to) {
  std::string line = kAssignment;
  line.replace(line.find(from), from.size(), to);
  return line;
}

TEST(MessagesTest, ReadsWhatOnlySomeModelsHave) {
  const Result<Message> message =
      parse_message(with(R"("model":{"type":"cae","variant":"conv3"})",
                         R"("model":{"type":"classifier","target":"unit","classes":7,)"
                         R"("encoder":{"file":"/e","freeze":true}})"));
  ASSERT_TRUE(message.ok()) << message.status().message();
  const ModelSpec& model = std::get<TrainerAssignment>(*message).assignment.model;
  EXPECT_EQ(model.variant, "conv3") << "the first variant is the default";
  EXPECT_EQ(model.target, Target::kUnit);
  EXPECT_EQ(model.classes, 7);
  ASSERT_TRUE(model.encoder);
  EXPECT_EQ(model.encoder->file, "/e");
  EXPECT_TRUE(model.encoder->freeze);
}

TEST(MessagesTest, ReadsWhatFoldsMayAskFor) {
  const Result<Message> plain = parse_message(kAssignment);
  const Assignment& usual = std::get<TrainerAssignment>(*plain).assignment;
  EXPECT_EQ(usual.folds.total(), 5);
  EXPECT_TRUE(usual.folds.hold_out);
  EXPECT_FALSE(usual.folds.outer);
  EXPECT_EQ(usual.slots, 1);
  const Result<Message> message = parse_message(
      with(R"("folds":{"k":5,)", R"("slots":3,"folds":{"k":5,"repeats":2,"groups":"g.txt",)"
                                 R"("leave_one_group_out":true,"hold_out":false,)"
                                 R"("outer":{"k":4,"fold":3},)"));
  ASSERT_TRUE(message.ok()) << message.status().message();
  const Assignment& assignment = std::get<TrainerAssignment>(*message).assignment;
  EXPECT_EQ(assignment.folds.total(), 10);
  EXPECT_EQ(assignment.folds.groups, "g.txt");
  EXPECT_TRUE(assignment.folds.leave_one_group_out);
  EXPECT_FALSE(assignment.folds.hold_out);
  EXPECT_EQ(assignment.folds.outer, (OuterFold{4, 3}));
  EXPECT_EQ(assignment.slots, 3);
}

TEST(MessagesTest, ReadsAModelToEvaluate) {
  const std::string line =
      R"({"type":"assignment","attempt":1,"study":"s","trial":0,"fold":0,"seed":7,)"
      R"("data":{"dataset":"mnist"},"folds":{"k":1,"seed":7},"model":{"type":"cae"},"params":{},)"
      R"("objective":{"metric":"test_loss"},"epochs":1,)"
      R"("evaluate":{"file":"/m","sha256":"ab"}})";
  const Result<Message> message = parse_message(line);
  ASSERT_TRUE(message.ok()) << message.status().message();
  const auto& parsed = std::get<TrainerAssignment>(*message);
  EXPECT_EQ(parsed.evaluate_file, "/m");
  EXPECT_EQ(parsed.assignment.evaluate, (ArtifactRef{"ab", 0}));
  EXPECT_EQ(parsed.assignment.judged_on(), JudgedOn::kTest);
  std::string longer = line;
  longer.replace(line.find(R"("epochs":1)"), 10, R"("epochs":2)");
  const Result<Message> refused = parse_message(longer);
  ASSERT_TRUE(refused.ok());
  EXPECT_THAT(std::get<RefusedAssignment>(*refused).message, HasSubstr("in one epoch"));
}

TEST(MessagesTest, ReadsGivenStatistics) {
  const Result<Message> message =
      parse_message(with(R"("normalize":"standard")", R"("normalize":{"mean":0.25,"std":0.5})"));
  ASSERT_TRUE(message.ok()) << message.status().message();
  const DataSpec& data = std::get<TrainerAssignment>(*message).assignment.data;
  EXPECT_EQ(data.normalize, Normalize::kGiven);
  EXPECT_EQ(data.mean, 0.25);
  EXPECT_EQ(data.stddev, 0.5);
}

TEST(MessagesTest, ReadsTheObjective) {
  const Result<Message> message = parse_message(
      with(R"({"metric":"val_loss"})",
           R"({"metric":"val_accuracy","direction":"maximize","take":"best_epoch"})"));
  ASSERT_TRUE(message.ok()) << message.status().message();
  EXPECT_EQ(std::get<TrainerAssignment>(*message).assignment.objective,
            (ObjectiveSpec{"val_accuracy", Direction::kMaximize, Take::kBestEpoch}));
}

TEST(MessagesTest, RefusesWordsThatItDoesNotKnow) {
  for (const auto& [from, to, says] : std::vector<std::array<std::string, 3>>{
           {R"({"metric":"val_loss"})", R"({"metric":"m","take":"first"})", "take 'first'"},
           {R"("normalize":"standard")", R"("normalize":"loud")", "normalize 'loud'"},
           {R"("normalize":"standard")", R"("normalize":{"mean":0,"std":0})", "std must be"},
           {R"("first_epoch":5)", R"("slots":0)", "slots is less than 1"},
           {R"("variant":"conv3")", R"("target":"moon")", "target 'moon'"}}) {
    const Result<Message> message = parse_message(with(from, to));
    ASSERT_TRUE(message.ok());
    EXPECT_THAT(std::get<RefusedAssignment>(*message).message, HasSubstr(says));
  }
}

TEST(MessagesTest, ReadsAHello) {
  const Result<Message> message = parse_message(
      R"({"type":"hello","protocol":1,"device":"cpu","work_dir":"/w","cache_dir":"/c"})");
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(std::get<Hello>(*message).cache_dir, "/c");
  const Result<Message> without =
      parse_message(R"({"type":"hello","protocol":1,"device":"cpu","work_dir":"/w"})");
  ASSERT_TRUE(without.ok());
  EXPECT_TRUE(std::get<Hello>(*without).cache_dir.empty());
}

TEST(MessagesTest, RefusesAnAssignmentByItsNumber) {
  const Result<Message> message = parse_message(with(R"("first_epoch":5)", R"("first_epoch":6)"));
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(std::get<RefusedAssignment>(*message).attempt, AttemptId(130));
  EXPECT_THAT(std::get<RefusedAssignment>(*message).message, HasSubstr("first_epoch must be 5"));
  const Result<Message> bare = parse_message(R"({"type":"assignment","attempt":9})");
  ASSERT_TRUE(bare.ok());
  EXPECT_EQ(std::get<RefusedAssignment>(*bare).attempt, AttemptId(9));
}

TEST(MessagesTest, RefusesWhatBreaksTheProtocol) {
  for (const char* line : {"", "nonsense", "[]", "{}", R"({"type":"sing"})", R"({"type":"hello"})",
                           R"({"type":"stop","attempt":1,"cause":"boredom"})",
                           R"({"type":"stop","attempt":"1","cause":"pruned"})"})
    EXPECT_EQ(parse_message(line).status().code(), StatusCode::kInvalidArgument) << line;
}

TEST(MessagesTest, ReadsAStop) {
  const Result<Message> message =
      parse_message(R"({"type":"stop","attempt":3,"cause":"preempted"})");
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(std::get<Stop>(*message).cause, StopCause::kPreempted);
}

TEST(MessagesTest, WritesNumbersThatAreNotFiniteAsText) {
  EpochReport report;
  report.epoch = 2;
  report.metrics = {{"a", std::numeric_limits<double>::quiet_NaN()}, {"b", 0.5}};
  EXPECT_EQ(
      epoch_line(AttemptId(1), report),
      R"({"attempt":1,"epoch":2,"metrics":{"a":"nan","b":0.5},"seconds":0.0,"type":"epoch"})");
}

TEST(MessagesTest, WritesOutcomes) {
  EXPECT_EQ(outcome_line(AttemptId(1), {AttemptState::kStopped, {}, {}}),
            R"({"attempt":1,"outcome":"stopped","type":"finished"})");
  EXPECT_EQ(outcome_line(AttemptId(1), {AttemptState::kFailed, EndCause::kOutOfMemory, "m\xff"}),
            R"({"attempt":1,"cause":"out_of_memory","message":"m)"
            "\xEF\xBF\xBD"
            R"(","type":"failed"})");
}

}  // namespace
}  // namespace foldmill::trainer
