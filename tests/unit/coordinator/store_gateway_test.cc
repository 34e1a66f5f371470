#include "coordinator/store_gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "tests/support/scripted_store.h"

namespace foldmill::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class StoreGatewayTest : public ::testing::Test {
 protected:
  StoreGatewayTest() {
    auto store = std::make_unique<foldmill::testing::ScriptedStore>();
    store_ = store.get();
    StoreGatewayOptions options;
    options.first_retry = options.last_retry = Milliseconds(1);
    gateway_ = std::make_unique<StoreGateway>(
        std::move(store), control_, Logging::none().logger("test"),
        [this](const Status& status) { fatal_.set_value(status); }, options);
    control_.start();
  }
  ~StoreGatewayTest() override {
    store_->release();
    control_.stop();
  }

  // On control: commits so many changes; `name` is told when it is its turn.
  void commit(const std::string& name, size_t changes) {
    gateway_->commit(std::vector<Change>(changes, change::CheckpointDropped{}),
                     [this, name](std::span<const Change> own) {
                       told_.push_back(name + ":" + std::to_string(own.size()));
                     });
  }
  void on_control(std::function<void()> what) {
    std::promise<void> done;
    control_.post([&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }
  void wait_until_idle() {
    std::promise<void> idle;
    control_.post([&] { gateway_->when_idle([&idle] { idle.set_value(); }); });
    idle.get_future().wait();
  }

  foldmill::testing::ScriptedStore* store_;
  ControlLoop control_;
  std::unique_ptr<StoreGateway> gateway_;
  std::vector<std::string> told_;
  std::promise<Status> fatal_;
};

TEST_F(StoreGatewayTest, TellsAfterTheCommitAndInOrder) {
  store_->hold();
  on_control([this] {
    commit("a", 1);
    commit("b", 0);
    commit("c", 2);
  });
  on_control([this] { EXPECT_TRUE(told_.empty()); });
  store_->release();
  wait_until_idle();
  EXPECT_THAT(told_, ElementsAre("a:1", "b:0", "c:2"));
}

TEST_F(StoreGatewayTest, WhatWaitsGoesTogether) {
  store_->hold();
  on_control([this] {
    for (int i = 0; i < 5; ++i) commit("x", 1);
  });
  store_->release();
  wait_until_idle();
  EXPECT_THAT(store_->groups(), ElementsAre(SizeIs(1), SizeIs(4)));
}

TEST_F(StoreGatewayTest, NothingToRecordIsNoTransaction) {
  on_control([this] { commit("a", 0); });
  wait_until_idle();
  EXPECT_THAT(told_, ElementsAre("a:0"));
  EXPECT_EQ(store_->applies(), 0);
}

TEST_F(StoreGatewayTest, FullAndBusyDisksAreWaitedOut) {
  store_->fail_next(resource_exhausted("disk full"));
  store_->fail_next(unavailable("busy"));
  on_control([this] {
    commit("a", 1);
    commit("b", 1);
  });
  wait_until_idle();
  EXPECT_THAT(told_, ElementsAre("a:1", "b:1"));
  EXPECT_EQ(store_->applies(), 4);
}

TEST_F(StoreGatewayTest, AnyOtherFailureIsTheEnd) {
  store_->fail_next(data_loss("malformed"));
  on_control([this] {
    commit("a", 1);
    commit("b", 1);
  });
  EXPECT_EQ(fatal_.get_future().get(), data_loss("malformed"));
  on_control([this] { commit("c", 1); });
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(store_->applies(), 1);
}

TEST_F(StoreGatewayTest, ContinuationsMayCommit) {
  on_control([this] {
    gateway_->commit({change::CheckpointDropped{}}, [this](auto) {
      told_.push_back("first");
      commit("second", 1);
    });
    commit("between", 0);
  });
  wait_until_idle();
  EXPECT_THAT(told_, ElementsAre("first", "between:0", "second:1"));
}

}  // namespace
}  // namespace foldmill::coordinator
