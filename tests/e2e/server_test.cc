// The `foldmill server` commands beside a coordinator that serves the database.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using ::testing::AllOf;
using testing::eventually;
using ::testing::HasSubstr;
using Json = nlohmann::json;

namespace fs = std::filesystem;

class ServerTest : public ::testing::Test {
 protected:
  void start_study() {
    cluster_.start_coordinator();
    cluster_.create(study_);
    worker_ = &cluster_.start_worker("a", 2);
    ASSERT_TRUE(eventually([this] {
      return cluster_.number("select count(*) from metric_list").value_or(0) > 20;
    })) << cluster_.logs();
  }
  // As after a crash that has cost the database.
  void return_to(const fs::path& copy) {
    cluster_.kill_coordinator();
    fs::remove_all(cluster_.directory() / "study.artifacts");
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(cluster_.database().string() + suffix);
    fs::rename(copy, cluster_.database());
    fs::rename(cluster_.directory() / "copy.artifacts", cluster_.directory() / "study.artifacts");
    const testing::Output check = server({"check"});
    EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
    cluster_.start_coordinator();
  }
  testing::Output server(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "server");
    return cluster_.cli_on_file(std::move(arguments));
  }

  Cluster cluster_;
  ScriptedStudy study_;
  testing::Process* worker_ = nullptr;
};

TEST_F(ServerTest, AStudyGoesOnFromABackupThatWasMadeWhileItRan) {
  start_study();
  const fs::path copy = cluster_.directory() / "copy.db";
  const testing::Output backup = server({"backup", copy.string()});
  ASSERT_EQ(backup.exit_code, 0) << backup.out << backup.err;
  EXPECT_THAT(backup.out, HasSubstr("wrote " + copy.string()));
  EXPECT_EQ(server({"backup", copy.string()}).exit_code, 7) << "it is there already";
  worker_->signal(SIGKILL);
  worker_->wait_for(std::chrono::seconds(10));
  return_to(copy);
  cluster_.start_worker("b", 2);
  ASSERT_TRUE(cluster_.wait_completed(study_.name)) << cluster_.logs();
  expect_exactly_once(cluster_, study_.name, study_.trials, study_.folds, study_.epochs);
}

TEST_F(ServerTest, WorkersOutliveTheReturnToAnOlderBackup) {
  study_.trials = 2;
  study_.folds = 1;
  study_.epochs = 60;
  study_.ms_per_epoch = 100;
  start_study();
  const fs::path copy = cluster_.directory() / "copy.db";
  ASSERT_EQ(server({"backup", copy.string()}).exit_code, 0);
  const auto metrics = [this] {
    return cluster_.number("select count(*) from metric_list").value_or(0);
  };
  const double then = metrics();
  ASSERT_TRUE(eventually([&] { return metrics() > then + 8; })) << cluster_.logs();
  return_to(copy);
  ASSERT_TRUE(cluster_.wait_completed(study_.name)) << cluster_.logs();
  expect_exactly_once(cluster_, study_.name, study_.trials, study_.folds, study_.epochs);
  EXPECT_EQ(cluster_.number("select count(*) from attempt_list where state = 'failed'"), 0);
  EXPECT_GE(cluster_.number("select count(*) from attempt_list where message like "
                            "'%is a copy older than what the worker was told'"),
            1);
}

TEST_F(ServerTest, CheckLooksOnWhileTheCoordinatorWritesAndCompactRefuses) {
  start_study();
  const testing::Output check = server({"check", "-o", "json"});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  const Json json = Json::parse(check.out, nullptr, false);
  EXPECT_EQ(json["schema"], "check/v1");
  EXPECT_EQ(json["sound"], true);
  const testing::Output compact = server({"compact"});
  EXPECT_EQ(compact.exit_code, 7);
  EXPECT_THAT(compact.err, AllOf(HasSubstr("is in use by process"), HasSubstr("serving unix:")));
  ASSERT_TRUE(cluster_.wait_completed(study_.name)) << cluster_.logs();
  cluster_.kill_coordinator();
  const testing::Output compacted = server({"compact"});
  EXPECT_EQ(compacted.exit_code, 0) << compacted.err;
  EXPECT_THAT(compacted.out, HasSubstr(" before, "));
  expect_exactly_once(cluster_, study_.name, study_.trials, study_.folds, study_.epochs);
}

TEST_F(ServerTest, CheckSaysWhatIsWrongAndWhatToDo) {
  start_study();
  ASSERT_TRUE(cluster_.wait_completed(study_.name)) << cluster_.logs();
  fs::remove_all(cluster_.directory() / "study.artifacts");
  const testing::Output found = server({"check"});
  EXPECT_EQ(found.exit_code, 1) << found.out << found.err;
  EXPECT_THAT(found.out, AllOf(HasSubstr("artifact-file: scripted/"), HasSubstr("cannot be read"),
                               HasSubstr("what to do: copy the file from")));
  const Json json = Json::parse(server({"check", "-o", "json"}).out, nullptr, false);
  EXPECT_EQ(json["sound"], false);
  EXPECT_FALSE(json["findings"].empty());
}

}  // namespace
}  // namespace foldmill::e2e
