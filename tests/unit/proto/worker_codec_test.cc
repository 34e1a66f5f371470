#include "proto/codec/worker_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "tests/unit/proto/codec_fixture.h"

namespace foldmill::proto {
namespace {

const ArtifactRef kArtifact{std::string(64, 'a'), 123};
constexpr WallTime kLeased(std::chrono::microseconds(1'763'812'800'123'456));

template <class Body>
Body round_trip(const Body& body, uint64_t sequence) {
  v1::WorkerMessage wire;
  EXPECT_TRUE(wire.ParseFromString(encode(WorkerMessage{sequence, body}).SerializeAsString()));
  Result<WorkerMessage> back = decode(wire);
  EXPECT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->sequence, sequence);
  return std::get<Body>(back->body);
}

template <class Body>
Body round_trip(const Body& body) {
  v1::CoordinatorMessage wire;
  EXPECT_TRUE(wire.ParseFromString(encode(CoordinatorMessage(body)).SerializeAsString()));
  Result<CoordinatorMessage> back = decode(wire);
  EXPECT_TRUE(back.ok()) << back.status().message();
  return std::get<Body>(*back);
}

Hello full_hello() {
  Hello hello;
  hello.version = "0.1.0";
  hello.name = "gpu-a";
  hello.instance = "i-1";
  hello.slots = 2;
  hello.labels = {{"gpu", "a100"}};
  hello.models = {"cae"};
  hello.running = {{AttemptId(7), 0, kLeased}, {AttemptId(8), 1}};
  return hello;
}

Assignment full_assignment() {
  const StudySpec spec = full_spec();
  Assignment assignment;
  assignment.attempt = AttemptId(130);
  assignment.fold = {StudyId(7), TrialNumber(42), FoldIndex(1)};
  assignment.study_name = spec.name;
  assignment.seed = 77;
  assignment.data = spec.data;
  assignment.model = spec.model;
  assignment.model.variant = "conv3";
  assignment.folds = spec.folds;
  assignment.params = {{"lr", 1e-3}, {"n", int64_t{3}}, {"on", true}, {"s", std::string("adam")}};
  assignment.objective = spec.objective;
  assignment.epochs = 20;
  assignment.checkpoint_every_epochs = 2;
  assignment.resume_from = Checkpoint{4, kArtifact};
  return assignment;
}

TEST(WorkerCodec, HelloSurvives) {
  const Hello hello = full_hello();
  const Hello back = round_trip(hello, 0);
  EXPECT_EQ(back.protocol, kProtocolVersion);
  EXPECT_EQ(back.version, hello.version);
  EXPECT_EQ(back.name, hello.name);
  EXPECT_EQ(back.instance, hello.instance);
  EXPECT_EQ(back.slots, hello.slots);
  EXPECT_EQ(back.labels, hello.labels);
  EXPECT_EQ(back.models, hello.models);
  EXPECT_EQ(back.running, hello.running);
}

TEST(WorkerCodec, ReportsKeepNanAndInfinity) {
  AttemptReport report{AttemptId(3), {5, {}, 1.5}};
  report.report.metrics = {{"val_loss", std::nan("")},
                           {"train_loss", std::numeric_limits<double>::infinity()},
                           {"x", -std::numeric_limits<double>::infinity()}};
  const AttemptReport back = round_trip(report, 9);
  EXPECT_EQ(back.attempt, report.attempt);
  EXPECT_EQ(back.report.epoch, 5);
  EXPECT_EQ(back.report.seconds, 1.5);
  ASSERT_EQ(back.report.metrics.size(), 3u);
  EXPECT_TRUE(std::isnan(*back.report.metric("val_loss")));
  EXPECT_EQ(back.report.metric("train_loss"), report.report.metric("train_loss"));
  EXPECT_EQ(back.report.metric("x"), report.report.metric("x"));
}

TEST(WorkerCodec, OtherWorkerMessagesSurvive) {
  round_trip(Heartbeat{}, 0);
  round_trip(Draining{}, 0);
  EXPECT_EQ(round_trip(AttemptStarted{AttemptId(3)}, 1).attempt, AttemptId(3));
  EXPECT_EQ(round_trip(CheckpointSaved{AttemptId(3), {4, kArtifact}}, 2).checkpoint,
            (Checkpoint{4, kArtifact}));
  const ArtifactSaved saved =
      round_trip(ArtifactSaved{AttemptId(3), "state_dict.pt", kArtifact}, 3);
  EXPECT_EQ(saved.name, "state_dict.pt");
  EXPECT_EQ(saved.artifact, kArtifact);
  const AttemptOutcome outcome{AttemptState::kFailed, EndCause::kOutOfMemory, "no room"};
  const NamedArtifacts artifacts{{"model", kArtifact}, {"state_dict.pt", kArtifact}};
  const AttemptFinished finished = round_trip(AttemptFinished{AttemptId(3), outcome, artifacts}, 4);
  EXPECT_EQ(finished.outcome, outcome);
  EXPECT_EQ(finished.artifacts, artifacts);
}

TEST(WorkerCodec, WhyAnAttemptEndedMayHoldAnythingAProgramPrints) {
  const auto reason = [](const std::string& text) {
    const AttemptOutcome outcome{AttemptState::kFailed, EndCause::kUserError, text};
    return round_trip(AttemptFinished{AttemptId(3), outcome}, 4).outcome.message;
  };
  EXPECT_EQ(reason("caf\xe9"), "caf\xef\xbf\xbd");
  EXPECT_EQ(reason(std::string(1 << 20, 'x')).size(), size_t{16} << 10);
}

TEST(WorkerCodec, CoordinatorMessagesSurvive) {
  const Welcome welcome = round_trip(
      Welcome{"0.1.0", WorkerId(4), Milliseconds(30000), Milliseconds(5000), {AttemptId(7)}});
  EXPECT_EQ(welcome.worker, WorkerId(4));
  EXPECT_EQ(welcome.lease, Milliseconds(30000));
  EXPECT_EQ(welcome.heartbeat, Milliseconds(5000));
  EXPECT_EQ(welcome.keep, std::vector{AttemptId(7)});

  const SlotAssignment assignment = round_trip(SlotAssignment{1, full_assignment(), kLeased});
  EXPECT_EQ(assignment.slot, 1);
  EXPECT_EQ(assignment.leased, kLeased);
  EXPECT_EQ(assignment.assignment, full_assignment());

  const Ack ack = round_trip(Ack{12, AckVerdict::kSuperseded, "late"});
  EXPECT_EQ(ack.sequence, 12u);
  EXPECT_EQ(ack.verdict, AckVerdict::kSuperseded);
  EXPECT_EQ(ack.message, "late");

  EXPECT_EQ(round_trip(Stop{AttemptId(9), EndCause::kPruned}).cause, EndCause::kPruned);
  round_trip(Drain{});
}

TEST(WorkerCodec, AnotherProtocolPassesWithItsName) {
  v1::WorkerMessage wire;
  wire.mutable_hello()->set_protocol(kProtocolVersion + 1);
  wire.mutable_hello()->set_name("new");
  const Result<WorkerMessage> back = decode(wire);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(std::get<Hello>(back->body).protocol, kProtocolVersion + 1);
}

TEST(WorkerCodec, RefusesBrokenWorkerMessages) {
  const auto hello = [] { return encode(WorkerMessage{0, full_hello()}); };
  const auto report = [] {
    return encode(WorkerMessage{1, AttemptReport{AttemptId(3), {1, {{"val_loss", 1}}, 1}}});
  };
  const auto saved = [] {
    return encode(WorkerMessage{1, CheckpointSaved{AttemptId(3), {4, kArtifact}}});
  };
  const auto kept = [] {
    return encode(WorkerMessage{1, ArtifactSaved{AttemptId(3), "model", kArtifact}});
  };
  const auto finished = [] {
    return encode(WorkerMessage{1, AttemptFinished{AttemptId(3), {}, {{"model", kArtifact}}}});
  };
  std::vector<v1::WorkerMessage> broken(1);  // the first is empty
  const auto add = [&broken](v1::WorkerMessage message, auto&& fault) {
    fault(message);
    broken.push_back(std::move(message));
  };
  add(hello(), [](auto& m) { m.mutable_hello()->set_name(""); });
  add(hello(), [](auto& m) { m.mutable_hello()->set_name("a\nb"); });
  add(hello(), [](auto& m) { m.mutable_hello()->set_name(std::string(129, 'x')); });
  add(hello(), [](auto& m) { m.mutable_hello()->set_instance(""); });
  add(hello(), [](auto& m) { m.mutable_hello()->set_slots(0); });
  add(hello(), [](auto& m) { m.mutable_hello()->set_slots(1); });  // runs one in slot 1
  add(hello(), [](auto& m) { m.mutable_hello()->mutable_running(0)->set_attempt(0); });
  add(hello(), [](auto& m) { m.mutable_hello()->mutable_running(0)->set_attempt(8); });
  add(hello(), [](auto& m) { m.set_sequence(1); });
  add(report(), [](auto& m) { m.set_sequence(0); });
  add(report(), [](auto& m) { m.mutable_epoch_report()->set_attempt(0); });
  add(report(), [](auto& m) { m.mutable_epoch_report()->set_epoch(0); });
  add(report(), [](auto& m) { m.mutable_epoch_report()->set_seconds(-1); });
  add(report(), [](auto& m) { m.mutable_epoch_report()->set_seconds(std::nan("")); });
  add(report(), [](auto& m) { m.mutable_epoch_report()->add_metrics()->set_name("val_loss"); });
  add(report(), [](auto& m) { m.mutable_epoch_report()->add_metrics(); });
  add(saved(), [](auto& m) {
    m.mutable_checkpoint_saved()->mutable_checkpoint()->mutable_artifact()->set_sha256("../x");
  });
  add(saved(), [](auto& m) { m.mutable_checkpoint_saved()->mutable_checkpoint()->set_epoch(0); });
  add(kept(), [](auto& m) { m.mutable_artifact_saved()->set_name("../model"); });
  add(finished(),
      [](auto& m) { m.mutable_attempt_finished()->set_state(v1::ATTEMPT_STATE_RUNNING); });
  add(finished(), [](auto& m) { m.mutable_attempt_finished()->clear_cause(); });
  add(finished(),
      [](auto& m) { m.mutable_attempt_finished()->mutable_artifacts(0)->set_name("../model"); });
  add(finished(), [](auto& m) {
    m.mutable_attempt_finished()->mutable_artifacts(0)->mutable_artifact()->set_sha256("../x");
  });
  add(finished(), [](auto& m) {
    v1::AttemptFinished& finished = *m.mutable_attempt_finished();
    *finished.add_artifacts() = finished.artifacts(0);
  });
  for (size_t i = 0; i < broken.size(); ++i)
    EXPECT_EQ(decode(broken[i]).status().code(), StatusCode::kInvalidArgument) << "message " << i;
}

TEST(WorkerCodec, RefusesBrokenAssignments) {
  const std::vector<std::function<void(v1::Assignment&)>> faults{
      [](auto& m) { m.set_attempt(0); }, [](auto& m) { m.set_fold(5); },
      [](auto& m) { m.set_slot(-1); },   [](auto& m) { m.set_epochs(0); },
      [](auto& m) { m.set_study(0); },   [](auto& m) { m.mutable_resume_from()->set_epoch(0); },
  };
  for (size_t i = 0; i < faults.size(); ++i) {
    v1::CoordinatorMessage wire = encode(CoordinatorMessage(SlotAssignment{0, full_assignment()}));
    faults[i](*wire.mutable_assignment());
    EXPECT_EQ(decode(wire).status().code(), StatusCode::kInvalidArgument) << "fault " << i;
  }
}

}  // namespace
}  // namespace foldmill::proto
