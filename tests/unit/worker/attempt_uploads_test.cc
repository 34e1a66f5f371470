// The files of several attempts on their way to a fake coordinator.

#include "worker/agent/attempt_uploads.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

#include "core/sha256.h"
#include "tests/support/agent_fixture.h"

namespace foldmill::worker {
namespace {

using namespace std::chrono_literals;
using testing::eventually;

class AttemptUploadsTest : public ::testing::Test {
 protected:
  AttemptUploadsTest() {
    transfers_.set_channel(
        grpc::CreateChannel(coordinator_.target(), grpc::InsecureChannelCredentials()));
  }
  std::unique_ptr<AttemptUploads> uploads_of(int64_t attempt) {
    AttemptUploads::Events events;
    events.report = [this](const ReportOutbox::Body& body) {
      if (const auto* finished = std::get_if<proto::AttemptFinished>(&body))
        ends_.push_back(*finished);
    };
    events.drained = [this] { ++over_; };
    return std::make_unique<AttemptUploads>(AttemptId(attempt), transfers_, events,
                                            testing::silent_logger());
  }
  bool wait_until_over(int attempts) {
    const auto work = asio::make_work_guard(io_);
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (over_ < attempts && std::chrono::steady_clock::now() < end) io_.run_one_for(50ms);
    return over_ == attempts;
  }

  test::TempDir directory_;
  testing::FakeCoordinator coordinator_{(directory_ / "c.sock").string()};
  asio::io_context io_;
  Transfers transfers_{io_, *FileCache::open(directory_ / "cache", 1'000),
                       testing::silent_logger()};
  std::atomic<int> over_{0};
  std::vector<proto::AttemptFinished> ends_;
};

TEST_F(AttemptUploadsTest, AnEndTakesNoFileFromAnotherAttemptThatHasTheSame) {
  std::atomic<int> puts{0};
  coordinator_.answer_puts([&](const grpc::ServerContext&) -> grpc::Status {
    if (++puts > 1) return grpc::Status::OK;
    EXPECT_TRUE(eventually([&] { return over_ == 1; }));
    return {grpc::StatusCode::UNAVAILABLE, "later"};
  });
  std::vector<std::unique_ptr<AttemptUploads>> uploads;
  for (int64_t attempt = 1; attempt <= 2; ++attempt) {
    const auto file = directory_ / ("model-" + std::to_string(attempt));
    std::ofstream(file) << "the same content";
    uploads.push_back(uploads_of(attempt));
    uploads.back()->artifact("model", file);
    uploads.back()->finish({AttemptState::kSucceeded, EndCause::kNone, ""});
  }
  ASSERT_TRUE(wait_until_over(2));
  for (const proto::AttemptFinished& end : ends_)
    EXPECT_EQ(end.outcome.state, AttemptState::kSucceeded) << end.outcome.message;
  EXPECT_TRUE(eventually([&] { return std::filesystem::is_empty(directory_ / "cache"); }))
      << "nobody will ask for it here";
}

TEST_F(AttemptUploadsTest, AnEndSaysWhatWasKeptAsItWasLast) {
  const auto uploads = uploads_of(1);
  const std::pair<const char*, const char*> said[] = {
      {"model", "early"}, {"model", "late"}, {"log", "lines"}};
  for (const auto& [name, content] : said) {
    const auto file = directory_ / content;
    std::ofstream(file) << content;
    uploads->artifact(name, file);
  }
  uploads->finish({AttemptState::kSucceeded, EndCause::kNone, ""});
  ASSERT_TRUE(wait_until_over(1));
  EXPECT_EQ(ends_.front().artifacts, (NamedArtifacts{{"log", {sha256_hex("lines"), 5}},
                                                     {"model", {sha256_hex("late"), 4}}}));
}

}  // namespace
}  // namespace foldmill::worker
