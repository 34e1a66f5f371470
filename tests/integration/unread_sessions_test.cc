// Sessions of workers before an engine that is held: what it has not settled is bounded.

#include <gmock/gmock.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <deque>
#include <future>
#include <limits>
#include <thread>
#include <type_traits>

#include "coordinator/rpc/worker_service.h"
#include "core/text.h"
#include "proto/transport/channel.h"
#include "proto/transport/server.h"
#include "tests/support/fake_worker.h"
#include "tests/support/process.h"

namespace foldmill::coordinator {
namespace {

namespace event = engine::event;
using engine::SessionId;
using foldmill::testing::eventually;
using foldmill::testing::FakeWorker;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Backlog::Limits kShare = WorkerSession::kUnsettled;
constexpr Milliseconds kPatience{60'000};

// What sessions say is kept here until the test settles it. Fields with "on control" are read and
// written there.
class UnreadSessionsTest : public ::testing::Test {
 protected:
  void serve(Backlog::Limits together = SessionTable::kUnsettled) {
    table_ = std::make_unique<SessionTable>(control_, together);
    service_ = std::make_unique<WorkerServiceImpl>(
        control_, *table_,
        [this](engine::Event event, std::function<void()> settled) {
          take(std::move(event), std::move(settled));
        },
        [this](const ArtifactRef&, std::function<void(bool)> found) { found_ = std::move(found); },
        Logging::none().logger("test"), "test", kPatience);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    proto::apply_limits(&builder);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    control_.start();
    channel_ = *proto::make_channel(*proto::parse_address(concat("127.0.0.1:", port)), {});
  }

  void TearDown() override {
    on_control([&] { table_->close_all(unavailable("the test is over")); });
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
    control_.stop();
  }

  template <class What>
  auto on_control(What what) -> decltype(what()) {
    std::promise<decltype(what())> done;
    control_.post([&] {
      if constexpr (std::is_void_v<decltype(what())>) {
        what();
        done.set_value();
      } else {
        done.set_value(what());
      }
    });
    return done.get_future().get();
  }

  size_t unsettled() {
    return on_control([&] { return unsettled_.size(); });
  }
  size_t most_unsettled() {
    return on_control([&] { return most_; });
  }
  std::vector<SessionId> heard() {
    return on_control([&] { return heard_; });
  }
  std::vector<uint64_t> reported() {
    return on_control([&] { return reported_; });
  }
  size_t left() {
    return on_control([&] { return left_; });
  }
  // The oldest ones first.
  void settle(size_t count) {
    on_control([&] {
      for (; count > 0 && !unsettled_.empty(); --count) {
        const auto settled = std::move(unsettled_.front());
        unsettled_.pop_front();
        settled();
      }
    });
  }
  void settle_all() { settle(std::numeric_limits<size_t>::max()); }

  static proto::WorkerMessage report(uint64_t sequence) {
    return {sequence, proto::AttemptReport{AttemptId(1), {1, {{"val_loss", 0.5}}, 0.1}}};
  }
  static void say(FakeWorker& worker, uint64_t messages) {
    for (uint64_t sequence = 1; sequence <= messages; ++sequence) worker.send(report(sequence));
  }

  ControlLoop control_;
  std::function<void(bool)> found_;  // on control; of the file that is looked for
  std::unique_ptr<SessionTable> table_;
  std::shared_ptr<grpc::Channel> channel_;

 private:
  // On control.
  void take(engine::Event event, std::function<void()> settled) {
    if (const auto* heartbeat = std::get_if<event::Heartbeat>(&event))
      return heard_.push_back(heartbeat->session);
    if (std::holds_alternative<event::WorkerLeft>(event)) {
      ++left_;
      return;
    }
    if (const auto* epoch = std::get_if<event::EpochReported>(&event))
      reported_.push_back(epoch->sequence);
    unsettled_.push_back(std::move(settled));
    most_ = std::max(most_, unsettled_.size());
  }

  // On control.
  std::deque<std::function<void()>> unsettled_;
  size_t most_ = 0;
  std::vector<SessionId> heard_;
  std::vector<uint64_t> reported_;
  size_t left_ = 0;

  std::unique_ptr<WorkerServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(UnreadSessionsTest, NoMoreIsReadThanTheShareOfASession) {
  serve();
  FakeWorker worker(channel_);
  worker.hello("talkative");
  const uint64_t messages = 3 * kShare.messages;
  std::jthread speaker([&] { say(worker, messages); });
  ASSERT_TRUE(eventually([&] { return unsettled() >= kShare.messages; }));
  while (reported().size() < messages) {
    settle(100);
    ASSERT_TRUE(eventually(
        [&] { return unsettled() >= kShare.messages || reported().size() == messages; }));
  }
  speaker.join();
  EXPECT_EQ(most_unsettled(), kShare.messages);
  const std::vector<uint64_t> order = reported();
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end())) << "all, and in order";
}

TEST_F(UnreadSessionsTest, LargeMessagesCountByTheirBytes) {
  serve();
  FakeWorker worker(channel_);
  worker.hello("verbose");
  const std::string name(size_t{1} << 20, 'x');
  constexpr size_t kMessages = 12;
  std::jthread speaker([&] {
    for (uint64_t sequence = 1; sequence <= kMessages; ++sequence)
      worker.send({sequence, proto::AttemptReport{AttemptId(1), {1, {{name, 0.5}}, 0.1}}});
  });
  const size_t share = kShare.bytes >> 20;
  for (size_t settled = 0; settled < kMessages; ++settled) {
    ASSERT_TRUE(eventually([&] { return unsettled() >= std::min(share, kMessages - settled); }));
    settle(1);
  }
  speaker.join();
  EXPECT_LE(most_unsettled(), share + 1) << "and hello";
}

TEST_F(UnreadSessionsTest, AnUnreadWorkerIsNotSilent) {
  serve();
  FakeWorker sound(channel_);
  sound.hello("sound");
  ASSERT_TRUE(eventually([&] { return unsettled() == 1; }));
  FakeWorker worker(channel_);
  worker.hello("talkative");
  std::jthread speaker([&] { say(worker, kShare.messages + 10); });
  ASSERT_TRUE(eventually([&] { return unsettled() == 1 + kShare.messages; }));
  on_control([&] { table_->speak_for_unread(); });
  EXPECT_THAT(heard(), ElementsAre(SessionId(2))) << "only for the one that is unread";
  settle_all();
  EXPECT_THAT(heard(), ElementsAre(SessionId(2), SessionId(2))) << "once more when it is read";
  ASSERT_TRUE(eventually([&] { return reported().size() == kShare.messages + 10; }));
  on_control([&] { table_->speak_for_unread(); });
  EXPECT_EQ(heard().size(), 2) << "it speaks for itself";
  speaker.join();
}

TEST_F(UnreadSessionsTest, AnUnreadSessionThatBreaksIsNoticed) {
  serve();
  FakeWorker worker(channel_);
  worker.hello("talkative");
  std::jthread speaker([&] { say(worker, 2 * kShare.messages); });
  ASSERT_TRUE(eventually([&] { return unsettled() == kShare.messages; }));
  worker.vanish();
  speaker.join();
  EXPECT_TRUE(eventually([&] { return left() == 1; }));
  on_control([&] { table_->speak_for_unread(); });
  settle_all();
  EXPECT_THAT(heard(), IsEmpty()) << "nobody speaks for one that has left";
}

TEST_F(UnreadSessionsTest, WhatWasLeftBehindCountsUntilItIsSettled) {
  constexpr size_t kTogether = 5, kHellos = 2 * kTogether;
  serve({kTogether, kShare.bytes});
  for (size_t visits = 1; visits <= kHellos; ++visits) {
    FakeWorker worker(channel_);
    worker.hello(concat("visitor-", visits));
    ASSERT_TRUE(eventually([&] { return unsettled() == visits; }));
    worker.vanish();
    ASSERT_TRUE(eventually([&] { return left() == visits; }));
  }
  FakeWorker late(channel_);
  late.hello("late");
  // Its hello is unread, so nobody may lose patience with it, whenever it came.
  for (int times = 0; times < 200; ++times)
    on_control([&] { table_->patience_over(SessionId(kHellos + 1)); });
  EXPECT_EQ(unsettled(), kHellos);
  settle(1);
  EXPECT_TRUE(eventually([&] { return unsettled() == kHellos; }));
  EXPECT_EQ(most_unsettled(), kHellos);
  EXPECT_EQ(left(), kHellos);
}

TEST_F(UnreadSessionsTest, WhoComesBackIsHeardThoughOthersLeaveTooMuch) {
  constexpr size_t kTogether = 5;
  serve({kTogether, kShare.bytes});
  FakeWorker worker(channel_);
  worker.hello("talkative");
  say(worker, 2 * kTogether);
  ASSERT_TRUE(eventually([&] { return unsettled() == kTogether; }));
  FakeWorker back(channel_);
  back.hello("back");
  ASSERT_TRUE(eventually([&] { return unsettled() == kTogether + 1; }));
  EXPECT_EQ(reported().size(), kTogether - 1) << "of the other one nothing more is read";
  while (reported().size() < 2 * kTogether) settle(1);
}

TEST_F(UnreadSessionsTest, WhoseFileIsLookedForIsNotSilentAndWaits) {
  serve();
  FakeWorker worker(channel_);
  worker.hello("a");
  worker.send({1, proto::CheckpointSaved{AttemptId(1), {1, {std::string(64, 'a'), 1}}}});
  worker.send(report(2));
  ASSERT_TRUE(eventually([&] { return on_control([&] { return bool(found_); }); }));
  EXPECT_THAT(reported(), IsEmpty());
  on_control([&] { table_->speak_for_unread(); });
  EXPECT_THAT(heard(), ElementsAre(SessionId(1)));
  settle_all();
  EXPECT_THAT(reported(), IsEmpty()) << "what comes next keeps its place";
  on_control([&] { found_(true); });
  EXPECT_TRUE(eventually([&] { return reported().size() == 1; }));
}

}  // namespace
}  // namespace foldmill::coordinator
