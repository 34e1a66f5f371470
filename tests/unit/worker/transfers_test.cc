// Transfers alone, against a fake coordinator.

#include "worker/agent/transfers.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <thread>

#include "core/sha256.h"
#include "tests/support/agent_fixture.h"
#include "worker/agent/artifact_client.h"

namespace foldmill::worker {
namespace {

using testing::eventually;

TEST(TransfersTest, EndingCancelsACallThatHangs) {
  test::TempDir directory;
  std::atomic<bool> hangs{false};
  testing::FakeCoordinator coordinator((directory / "c.sock").string());
  coordinator.answer_puts([&](const grpc::ServerContext& context) {
    hangs = true;
    eventually([&] { return context.IsCancelled(); });
    return grpc::Status::CANCELLED;
  });
  asio::io_context io;
  const FileCache cache = *FileCache::open(directory / "cache", 1'000);
  std::ofstream(directory / "file") << "content";
  auto transfers = std::make_unique<Transfers>(io, cache, testing::silent_logger());
  transfers->set_channel(
      grpc::CreateChannel(coordinator.target(), grpc::InsecureChannelCredentials()));
  bool called = false;
  transfers->upload(*cache.adopt(directory / "file"), [&](const Status&) { called = true; });
  ASSERT_TRUE(eventually([&] { return hangs.load(); }));

  std::atomic<bool> ended{false};
  std::thread ending([&] {
    transfers.reset();
    ended = true;
  });
  // The call's own deadline is a minute.
  EXPECT_TRUE(eventually([&] { return ended.load(); }, std::chrono::seconds(30)));
  ending.join();
  io.poll();
  EXPECT_FALSE(called) << "nobody is there to be told";
}

// 100 kB/s are 40 s for this file, and a minute is there for whatever else may take time.
TEST(TransfersTest, ASlowLinkIsGivenTheTimeItNeeds) {
  test::TempDir directory;
  testing::FakeCoordinator coordinator((directory / "c.sock").string());
  std::atomic<int64_t> seconds{0};
  coordinator.answer_puts([&](const grpc::ServerContext& context) {
    seconds = std::chrono::duration_cast<std::chrono::seconds>(context.deadline() -
                                                               std::chrono::system_clock::now())
                  .count();
    return grpc::Status::OK;
  });
  OpenCalls calls;
  const auto channel =
      grpc::CreateChannel(coordinator.target(), grpc::InsecureChannelCredentials());
  const std::string content(4'000'000, 'x');
  std::ofstream(directory / "file") << content;
  const ArtifactRef artifact{sha256_hex(content), std::ssize(content)};
  ASSERT_TRUE(ArtifactClient(channel, calls).put(artifact, directory / "file").ok());
  EXPECT_GT(seconds.load(), 70);
}

}  // namespace
}  // namespace foldmill::worker
