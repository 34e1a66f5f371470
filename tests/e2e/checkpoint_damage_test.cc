// Checkpoints that cannot be used, on the way from a worker that is gone to the next one: at most
// one epoch more is trained again, and the values are those of a run that nothing happened to.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <functional>

#include "core/artifact.h"
#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

namespace fs = std::filesystem;

void flip_a_bit(const fs::path& file) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(fs::file_size(file) / 2));
  const char byte = static_cast<char>(stream.get() ^ 4);
  stream.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
  stream.put(byte);
}

void tear(const fs::path& file) {  // the second half never reached the disk
  const auto size = fs::file_size(file);
  fs::resize_file(file, size / 2);
  fs::resize_file(file, size);
}

struct Damage {
  const char* name;
  void (*harm)(const fs::path&);
};

const Damage kDamages[] = {
    {"torn", tear},
    {"truncated", [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 3); }},
    {"bit_flipped", flip_a_bit},
    {"empty", [](const fs::path& file) { fs::resize_file(file, 0); }},
    {"gone", [](const fs::path& file) { fs::remove(file); }},
};

class CheckpointDamageTest : public ::testing::TestWithParam<Damage> {
 protected:
  CheckpointDamageTest() {
    study_.trials = 1;
    study_.folds = 1;
    study_.epochs = 8;
    study_.ms_per_epoch = 250;
  }

  // A number of the tables themselves; nothing for NULL, or while there is no row.
  std::optional<std::string> stored(const std::string& sql) {
    SQLite::Database database(cluster_.database().string());
    SQLite::Statement row(database, sql);
    if (!row.executeStep() || row.isColumnNull(0)) return std::nullopt;
    return row.getColumn(0).getString();
  }

  // A worker trains the fold for three epochs, and is killed.
  void train_and_kill() {
    cluster_.start_coordinator();
    cluster_.create(study_);
    testing::Process& first = cluster_.start_worker("first");
    ASSERT_TRUE(eventually([&] {
      return stored("SELECT earlier_epoch FROM checkpoint WHERE epoch >= 3").has_value();
    })) << cluster_.logs();
    first.signal(SIGKILL);
    first.wait_for(std::chrono::seconds(10));
    fs::remove_all(cluster_.directory() / "cache-first");
    ASSERT_TRUE(eventually([&] {
      return stored("SELECT 1 FROM fold WHERE state = 'pending'").has_value();
    })) << cluster_.logs();
  }

  fs::path checkpoint_file() {
    const std::string digest = *stored("SELECT sha256 FROM checkpoint");
    return cluster_.directory() / "study.artifacts" / digest.substr(0, 2) / digest.substr(2);
  }

  void expect_the_values_of_a_calm_run() {
    ScriptedStudy calm = study_;
    calm.name = "calm";
    cluster_.create(calm);
    ASSERT_TRUE(cluster_.wait_completed(calm.name)) << cluster_.logs();
    const auto curve = [&](const std::string& study) {
      return cluster_.query(
          "select epoch, value from metric_list where name = 'val_loss' and "
          "study = '" +
          study + "' order by epoch");
    };
    EXPECT_EQ(curve(study_.name), curve(calm.name));
  }

  Cluster cluster_;
  ScriptedStudy study_;
};

TEST_P(CheckpointDamageTest, AtTheCoordinatorTheOneBeforeIsUsed) {
  ASSERT_NO_FATAL_FAILURE(train_and_kill());
  const std::string earlier = *stored("SELECT earlier_epoch FROM checkpoint");
  GetParam().harm(checkpoint_file());
  cluster_.start_worker("second");
  ASSERT_TRUE(cluster_.wait_completed(study_.name)) << cluster_.logs();
  EXPECT_EQ(stored("SELECT first_epoch - 1 FROM attempt WHERE state = 'succeeded'"), earlier)
      << cluster_.logs();
  expect_exactly_once(cluster_, study_.name, 1, 1, study_.epochs);
  expect_the_values_of_a_calm_run();
}

// A coordinator that was killed meanwhile knows both checkpoints, and so does a worker's cache.
TEST_P(CheckpointDamageTest, InTheCacheTheCoordinatorsCopyIsUsed) {
  cluster_.start_coordinator();
  cluster_.create(study_);
  testing::Process& worker = cluster_.start_worker("first");
  ASSERT_TRUE(eventually([&] {
    return stored("SELECT 1 FROM checkpoint WHERE epoch >= 3").has_value();
  })) << cluster_.logs();
  cluster_.kill_coordinator();
  worker.signal(SIGKILL);
  worker.wait_for(std::chrono::seconds(10));
  const std::string epoch = *stored("SELECT epoch FROM checkpoint");
  const fs::path cached =
      cluster_.directory() / "cache-first" / "files" / *stored("SELECT sha256 FROM checkpoint");
  ASSERT_TRUE(fs::exists(cached));
  GetParam().harm(cached);
  cluster_.start_coordinator();
  cluster_.start_worker("first");
  ASSERT_TRUE(cluster_.wait_completed(study_.name)) << cluster_.logs();
  EXPECT_EQ(stored("SELECT first_epoch - 1 FROM attempt WHERE state = 'succeeded'"), epoch)
      << cluster_.logs();
  expect_exactly_once(cluster_, study_.name, 1, 1, study_.epochs);
}

INSTANTIATE_TEST_SUITE_P(EachKind, CheckpointDamageTest, ::testing::ValuesIn(kDamages),
                         [](const auto& damage) { return std::string(damage.param.name); });

TEST_F(CheckpointDamageTest, AKilledWorkerCostsAtMostOneEpoch) {
  ASSERT_NO_FATAL_FAILURE(train_and_kill());
  cluster_.start_worker("second");
  ASSERT_TRUE(cluster_.wait_completed(study_.name)) << cluster_.logs();
  EXPECT_LE(most_epochs_trained_again(cluster_, study_.name), 1) << cluster_.logs();
  expect_exactly_once(cluster_, study_.name, 1, 1, study_.epochs);
}

TEST_F(CheckpointDamageTest, SoDoesEachOfSeveralKillsOfAllKinds) {
  study_.epochs = 10;
  study_.ms_per_epoch = 500;
  const auto has_saved = [this](int epoch) {
    return eventually([&] {
      return stored("SELECT 1 FROM checkpoint WHERE epoch >= " + std::to_string(epoch)).has_value();
    });
  };
  cluster_.start_coordinator();
  cluster_.create(study_);
  testing::Process& first = cluster_.start_worker("first");
  ASSERT_TRUE(has_saved(2)) << cluster_.logs();
  for (const pid_t trainer : testing::children_of(first.pid())) kill(trainer, SIGKILL);
  ASSERT_TRUE(has_saved(4)) << cluster_.logs();
  first.signal(SIGKILL);
  testing::Process& second = cluster_.start_worker("second");
  ASSERT_TRUE(has_saved(6)) << cluster_.logs();
  cluster_.kill_coordinator();
  cluster_.start_coordinator();
  ASSERT_TRUE(has_saved(8)) << cluster_.logs();
  second.signal(SIGKILL);
  cluster_.start_worker("third");
  ASSERT_TRUE(cluster_.wait_completed(study_.name)) << cluster_.logs();
  EXPECT_EQ(cluster_.number("select count(*) from attempt_list"), 4) << cluster_.logs();
  EXPECT_LE(most_epochs_trained_again(cluster_, study_.name), 1) << cluster_.logs();
  expect_exactly_once(cluster_, study_.name, 1, 1, study_.epochs);
}

}  // namespace
}  // namespace foldmill::e2e
