#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/memory_store.h"
#include "storage/open.h"
#include "tests/support/store_changes.h"
#include "tests/support/temp_dir.h"

// What the suites about every StudyStore share. Each is run on each of them:
// INSTANTIATE_TEST_SUITE_P(All, ItsName, every_store(), store_name).
namespace foldmill::storage {

using namespace foldmill::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Backend {
 public:
  virtual ~Backend() = default;
  virtual StudyStore& store() = 0;
  virtual void reopen() = 0;  // as after a restart
};

class MemoryBackend final : public Backend {
 public:
  StudyStore& store() override { return store_; }
  void reopen() override {}

 private:
  MemoryStore store_;
};

class SqliteBackend final : public Backend {
 public:
  SqliteBackend() { reopen(); }
  StudyStore& store() override { return *opened_.store; }
  void reopen() override {
    opened_ = {};
    auto opened = open_store(dir_ / "study.db");
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    opened_ = std::move(*opened);
  }

 private:
  TempDir dir_;
  OpenedStore opened_;
};

class StoreContract : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "sqlite")
      backend_ = std::make_unique<SqliteBackend>();
    else
      backend_ = std::make_unique<MemoryBackend>();
  }

  void apply(const std::vector<Change>& changes) {
    const Status status = backend_->store().apply(changes);
    ASSERT_TRUE(status.ok()) << status.message();
  }
  void refuses(const std::vector<Change>& changes, const std::string& words = "") {
    const Status status = backend_->store().apply(changes);
    EXPECT_EQ(status.code(), StatusCode::kInternal) << status.message();
    EXPECT_THAT(status.message(), HasSubstr(words));
  }
  Snapshot load() {
    auto snapshot = backend_->store().load();
    EXPECT_TRUE(snapshot.ok()) << snapshot.status().message();
    return std::move(*snapshot);
  }
  TrialSnapshot trial(size_t number = 0) { return load().studies.at(0).trials.at(number); }
  FoldSnapshot fold(size_t index = 0) { return trial().folds.at(index); }

  void one_leased_fold() {
    apply(
        {study_created(), worker_seen(), trial_created(0, 2), leased(1, fold_key(0)), started(1)});
  }

  std::unique_ptr<Backend> backend_;
};

inline auto every_store() { return ::testing::Values("memory", "sqlite"); }
inline std::string store_name(const ::testing::TestParamInfo<std::string>& instance) {
  return instance.param;
}

}  // namespace foldmill::storage
