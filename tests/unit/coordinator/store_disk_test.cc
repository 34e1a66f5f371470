// The gateway over a real database on a disk with faults: what passes by itself is waited out, what
// does not is the end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "coordinator/store_gateway.h"
#include "storage/open.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/store_changes.h"
#include "tests/support/temp_dir.h"

namespace foldmill::coordinator {
namespace {

using namespace foldmill::test;
using foldmill::testing::DiskFault;
using foldmill::testing::FaultyVfs;
using ::testing::HasSubstr;

class StoreDiskTest : public ::testing::Test {
 protected:
  StoreDiskTest() {
    auto opened = storage::open_store(path_, {.busy_timeout_ms = 0});
    EXPECT_TRUE(opened.ok()) << opened.status().message();
    lock_ = std::move(opened->lock);
    StoreGatewayOptions options;
    options.first_retry = options.last_retry = Milliseconds(1);
    options.on_full = [this](const Status& status) { full_.set_value(status); };
    options.on_room = [this] { room_.set_value(); };
    gateway_ = std::make_unique<StoreGateway>(
        std::move(opened->store), control_, Logging::none().logger("test"),
        [this](const Status& status) { fatal_.set_value(status); }, options);
    control_.start();
  }
  ~StoreDiskTest() override { control_.stop(); }

  // Ready once it is acknowledged.
  std::future<void> commit(std::vector<Change> changes) {
    auto told = std::make_shared<std::promise<void>>();
    control_.post(
        [this, changes, told] { gateway_->commit(changes, [told](auto) { told->set_value(); }); });
    return told->get_future();
  }
  size_t studies_on_disk() {
    auto reader = storage::open_reader(path_);
    return reader.ok() ? (*reader)->list_studies(10, "")->rows.size() : 99;
  }
  static bool is_ready(const std::future<void>& future) {
    return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  TempDir dir_;
  std::filesystem::path path_ = dir_ / "study.db";
  FaultyVfs vfs_;
  std::unique_ptr<storage::DatabaseLock> lock_;
  ControlLoop control_;
  std::unique_ptr<StoreGateway> gateway_;
  std::promise<Status> fatal_, full_;
  std::promise<void> room_;
};

TEST_F(StoreDiskTest, AFullDiskIsWaitedOutAndSaid) {
  vfs_.arm(DiskFault::kFull, 1, /*lasting=*/true);
  const auto first = commit({study_created()});
  const auto second = commit({worker_seen()});
  const Status full = full_.get_future().get();
  EXPECT_EQ(full.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(full.message(), HasSubstr("free some space"));
  EXPECT_FALSE(is_ready(first));
  EXPECT_EQ(studies_on_disk(), 0u);
  vfs_.disarm();
  first.wait();
  second.wait();
  room_.get_future().wait();
  EXPECT_EQ(studies_on_disk(), 1u);
}

TEST_F(StoreDiskTest, ABusyDatabaseIsWaitedOut) {
  vfs_.arm(DiskFault::kBusy, 1, /*lasting=*/true);
  const auto told = commit({study_created()});
  EXPECT_EQ(told.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  vfs_.disarm();
  told.wait();
  EXPECT_EQ(studies_on_disk(), 1u);
}

class StoreDiskEndTest : public StoreDiskTest, public ::testing::WithParamInterface<DiskFault> {};

TEST_P(StoreDiskEndTest, ABrokenDiskIsTheEnd) {
  vfs_.arm(GetParam(), 1, /*lasting=*/false);
  const auto told = commit({study_created()});
  EXPECT_EQ(fatal_.get_future().get().code(), StatusCode::kInternal);
  EXPECT_FALSE(is_ready(told));
}

INSTANTIATE_TEST_SUITE_P(Faults, StoreDiskEndTest,
                         ::testing::Values(DiskFault::kIoError, DiskFault::kLostSync),
                         [](const auto& fault) { return testing::to_string(fault.param); });

}  // namespace
}  // namespace foldmill::coordinator
