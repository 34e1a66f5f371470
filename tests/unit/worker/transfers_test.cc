// Transfers alone, against a fake coordinator.

#include "worker/agent/transfers.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <thread>

#include "tests/support/agent_fixture.h"

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

}  // namespace
}  // namespace foldmill::worker
