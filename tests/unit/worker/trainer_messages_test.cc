#include "worker/agent/trainer_messages.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/text.h"
#include "worker/agent/line_buffer.h"
#include "worker/agent/output_tail.h"

namespace foldmill::worker {
namespace {

template <class Message>
Message read(const std::string& line) {
  auto message = parse_trainer_message(line);
  EXPECT_TRUE(message.ok()) << line << ": " << message.status().message();
  return message.ok() ? std::get<Message>(*message) : Message{};
}

void expect_parts(const std::string& line, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
}

TEST(TrainerMessagesTest, EpochWithNumbersThatAreNone) {
  const auto epoch =
      read<TrainerEpoch>(R"({"type":"epoch","attempt":130,"epoch":5,"seconds":1.5,"new key":1,)"
                         R"("metrics":{"train_loss":"nan","val_loss":"-inf","other":2}})");
  EXPECT_EQ(epoch.attempt, AttemptId(130));
  EXPECT_EQ(epoch.report.epoch, 5);
  EXPECT_TRUE(std::isnan(epoch.report.metric("train_loss").value()));
  EXPECT_EQ(epoch.report.metric("val_loss"), -INFINITY);
  EXPECT_EQ(epoch.report.metric("other"), 2);
}

TEST(TrainerMessagesTest, EveryKindIsRead) {
  EXPECT_EQ(read<TrainerReady>(R"({"type":"ready","protocol":1,"name":"n","version":"v",)"
                               R"("models":["cae"],"devices":["cpu"]})")
                .models,
            std::vector<std::string>{"cae"});
  EXPECT_EQ(read<TrainerStarted>(R"({"type":"started","attempt":1})").attempt, AttemptId(1));
  EXPECT_EQ(
      read<TrainerCheckpoint>(R"({"type":"checkpoint","attempt":1,"epoch":2,"path":"/c"})").path,
      "/c");
  EXPECT_EQ(read<TrainerArtifact>(R"({"type":"artifact","attempt":1,"name":"m","path":"/m"})").name,
            "m");
  EXPECT_TRUE(
      read<TrainerFinished>(R"({"type":"finished","attempt":1,"outcome":"stopped"})").stopped);
  EXPECT_EQ(read<TrainerFailed>(R"({"type":"failed","attempt":1,"cause":"diverged","message":"x"})")
                .cause,
            EndCause::kDiverged);
}

TEST(TrainerMessagesTest, WhateverElseIsRefusedWithItsReason) {
  for (const auto& [line, reason] : std::vector<std::pair<std::string, std::string>>{
           {"Epoch 3: loss=0.1", "not a JSON object"},
           {"[1,2]", "not a JSON object"},
           {R"({"attempt":1})", "'type' is missing"},
           {R"({"type":"surprise"})", "unknown type 'surprise'"},
           {R"({"type":"started"})", "'attempt' is missing"},
           {R"({"type":"started","attempt":"1"})", "'attempt' must be an integer"},
           {R"({"type":"started","attempt":1.5})", "'attempt' must be an integer"},
           {R"({"type":"started","attempt":0})", "at least 1"},
           {R"({"type":"started","attempt":18446744073709551615})", "'attempt' must be"},
           {R"({"type":"epoch","attempt":1,"epoch":1,"seconds":-1,"metrics":{}})", "'seconds'"},
           {R"({"type":"epoch","attempt":1,"epoch":1,"seconds":1,"metrics":{"a":"x"}})", "'a'"},
           {R"({"type":"epoch","attempt":1,"epoch":1,"seconds":1,"metrics":[]})", "'metrics'"},
           {R"({"type":"epoch","attempt":1,"epoch":1,"seconds":1,"metrics":{"":1}})",
            "a metric has no name"},
           {R"({"type":"artifact","attempt":1,"name":"","path":"/m"})", "name is missing"},
           {R"({"type":"artifact","attempt":1,"name":"a\nb","path":"/m"})", "control character"},
           {R"({"type":"artifact","attempt":1,"name":"a/b","path":"/m"})", "'a/b' is not the name"},
           {R"({"type":"artifact","attempt":1,"name":"..","path":"/m"})", "'..' is not the name"},
           {concat(R"({"type":"artifact","attempt":1,"path":"/m","name":")", std::string(129, 'n'),
                   R"("})"),
            "129 bytes, more than 128"},
           {R"({"type":"finished","attempt":1,"outcome":"done"})", "'outcome'"},
           {R"({"type":"failed","attempt":1,"cause":"pruned","message":""})", "'cause'"}}) {
    const auto message = parse_trainer_message(line);
    ASSERT_FALSE(message.ok()) << line;
    EXPECT_NE(message.status().message().find(reason), std::string::npos)
        << message.status().message();
  }
}

TEST(TrainerMessagesTest, AssignmentIsOneLine) {
  Assignment assignment;
  assignment.attempt = AttemptId(9);
  assignment.study_name = "line\nbreak \xff";
  assignment.params = {{"lr", 0.5}, {"n", int64_t{3}}, {"on", true}, {"opt", std::string("adam")}};
  assignment.resume_from = Checkpoint{4, {}};
  const std::string line = assignment_line(assignment, {.checkpoint = "/there"});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  expect_parts(line, {R"("attempt":9)", R"("first_epoch":5)", R"("lr":0.5)", R"("n":3)",
                      R"("on":true)", R"("opt":"adam")", R"("path":"/there")"});
}

TEST(TrainerMessagesTest, NormalizeIsAWordOrTheStatistics) {
  Assignment assignment;
  assignment.data.normalize = Normalize::kSymmetric;
  expect_parts(assignment_line(assignment, {}), {R"("normalize":"symmetric")"});
  assignment.data.normalize = Normalize::kGiven;
  assignment.data.mean = 0.25;
  assignment.data.stddev = 0.5;
  expect_parts(assignment_line(assignment, {}), {R"("normalize":{"mean":0.25,"std":0.5})"});
}

TEST(TrainerMessagesTest, AnEncoderIsAFileOnThisMachine) {
  Assignment assignment;
  assignment.model.type = "classifier";
  assignment.model.classes = 7;
  assignment.model.target = Target::kUnit;
  EXPECT_EQ(assignment_line(assignment, {}).find("encoder"), std::string::npos);
  assignment.model.encoder = EncoderSource{"", "best", "/named", false, false, std::nullopt};
  expect_parts(assignment_line(assignment, {}), {R"("classes":7)", R"("target":"unit")",
                                                 R"("encoder":{"file":"/named","freeze":false,)"});
  assignment.model.encoder = EncoderSource{"other", "best", "", true, false, ArtifactRef{"ab", 3}};
  expect_parts(
      assignment_line(assignment, {.encoder = "/fetched"}),
      {R"("encoder":{"file":"/fetched","freeze":true,"sha256":"ab","study":"other","trial":"best"})"});
}

TEST(TrainerMessagesTest, FoldsSayWhatIsAskedOfThem) {
  Assignment assignment;
  assignment.folds.k = 5;
  expect_parts(assignment_line(assignment, {}),
               {R"("folds":{"hold_out":true,"k":5,"repeats":1,"seed":0,"shuffle":true,)"});
  assignment.folds.groups = "patients.txt";
  assignment.folds.leave_one_group_out = true;
  assignment.folds.hold_out = false;
  assignment.folds.outer = OuterFold{4, 2};
  expect_parts(assignment_line(assignment, {}),
               {R"("groups":"patients.txt")", R"("leave_one_group_out":true)",
                R"("hold_out":false)", R"("outer":{"fold":2,"k":4})"});
}

TEST(TrainerMessagesTest, AModelToEvaluateIsAFileOnThisMachine) {
  Assignment assignment;
  assignment.slots = 2;
  EXPECT_EQ(assignment_line(assignment, {}).find("evaluate"), std::string::npos);
  assignment.evaluate = ArtifactRef{"ab", 3};
  LocalFiles files;
  files.evaluate = "/fetched";
  expect_parts(assignment_line(assignment, files),
               {R"("evaluate":{"file":"/fetched","sha256":"ab"})", R"("slots":2)"});
}

TEST(TrainerMessagesTest, TheCacheDirectoryIsOptional) {
  TrainerHello hello;
  EXPECT_EQ(hello_line(hello).find("cache_dir"), std::string::npos);
  hello.cache_dir = "/cache";
  expect_parts(hello_line(hello), {R"("cache_dir":"/cache")"});
}

TEST(LineBufferTest, CutsLinesWhereverTheBytesAreCut) {
  LineBuffer buffer(10);
  EXPECT_TRUE(buffer.take("ab").empty());
  EXPECT_EQ(buffer.take("c\n\nde\nf"), (std::vector<std::string>{"abc", "", "de"}));
  EXPECT_EQ(buffer.take("\n"), std::vector<std::string>{"f"});
}

TEST(LineBufferTest, HoldsNoMoreThanItsLimit) {
  LineBuffer buffer(4);
  EXPECT_EQ(buffer.take("1234\n"), std::vector<std::string>{"1234"});
  EXPECT_FALSE(buffer.overflowed());
  EXPECT_TRUE(buffer.take("12345").empty());
  EXPECT_TRUE(buffer.overflowed());
  EXPECT_TRUE(buffer.take("\nabc\n").empty()) << "the stream has lost its meaning";
}

TEST(OutputTailTest, KeepsTheLastLinesAndCutsLongOnes) {
  OutputTail tail;
  std::vector<std::string> complete;
  const auto add = [&](const std::string& text) {
    tail.add(text, [&](std::string_view line) { complete.emplace_back(line); });
  };
  for (int i = 0; i < 100; ++i) add("line " + std::to_string(i) + "\n");
  add("unfinished");
  EXPECT_EQ(tail.last(2), "line 99\nunfinished");
  EXPECT_EQ(complete.size(), 100U);
  add("\n" + std::string(10'000, 'x') + "\n");
  EXPECT_EQ(tail.last(1).size(), OutputTail::kMaxLine);
  EXPECT_EQ(complete[100], "unfinished");
}

}  // namespace
}  // namespace foldmill::worker
