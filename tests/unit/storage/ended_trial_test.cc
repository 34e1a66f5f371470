// What a trial has trained is summed from its reports while it runs, and stands in its row once it
// has ended: nobody may see a difference.

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include "core/text.h"
#include "tests/support/example_database.h"

namespace foldmill::storage {
namespace {

using namespace foldmill::test;

struct Trained {
  int64_t epochs = 0;
  double seconds = 0;
  int64_t epochs_saved = 0;
  int64_t listed = 0;  // by the view
  bool found = false;  // by the filter
  friend bool operator==(const Trained&, const Trained&) = default;
};

Trained trained(StudyReader& reader, int64_t epochs) {
  const auto study = reader.get_study("fashion");
  const auto table = reader.query("select sum(epochs) from trial_list", 1, Milliseconds(60'000));
  TrialQuery query;
  query.where = concat("epochs = ", epochs);
  const auto page = reader.list_trials("fashion", query);
  EXPECT_TRUE(study.ok() && table.ok() && page.ok());
  if (!study.ok() || !table.ok() || !page.ok()) return {};
  return {study->epochs, study->seconds, study->epochs_saved,
          std::get<int64_t>(table->rows.at(0).at(0)), page->rows.size() == 1};
}

class EndedTrial : public ::testing::Test {
 protected:
  // Two folds: one went on at its checkpoint and has trained its second epoch anew, one is whole.
  void train() {
    const FoldKey a = fold_key(0, 0), b = fold_key(0, 1);
    database_.apply({study_created(), worker_seen(), trial_created(0, 2)});
    database_.apply({leased(1, a), reported(1, a, 1, 0.5), reported(1, a, 2, 0.6),
                     attempt_ended(1, AttemptState::kLost, EndCause::kLost),
                     fold_changed(a, FoldState::kPending), leased(2, a, 2, 2),
                     reported(2, a, 2, 0.7), reported(2, a, 3, 0.8), attempt_ended(2)});
    database_.apply({leased(3, b), reported(3, b, 1, 0.1), attempt_ended(3)});
  }

  ExampleDatabase database_;
};

TEST_F(EndedTrial, HasTrainedWhatItHadTrainedWhileItRan) {
  train();
  const auto reader = database_.reader();
  const Trained running = trained(*reader, 4);
  EXPECT_EQ(running, (Trained{4, 7.5, 0, 4, true}));  // five reports, one of them superseded
  database_.apply({trial_ended(0, TrialState::kCompleted, 0.8)});
  EXPECT_EQ(trained(*reader, 4), running);
  database_.apply({trial_ended(0, TrialState::kCompleted, 0.8)});
  EXPECT_EQ(trained(*reader, 4), running);
}

TEST_F(EndedTrial, HasSavedWhatItsPruningLeftOut) {
  train();
  const auto reader = database_.reader();
  database_.apply({trial_ended(0, TrialState::kPruned, 0.8)});
  EXPECT_EQ(trained(*reader, 4), (Trained{4, 7.5, 4, 4, true}));  // of two folds of four epochs
}

TEST_F(EndedTrial, AddsUpWithThoseThatRun) {
  train();
  const FoldKey other = fold_key(1);
  database_.apply({trial_ended(0, TrialState::kCompleted, 0.8), trial_created(1), leased(4, other),
                   reported(4, other, 1, 0.2)});
  EXPECT_EQ(trained(*database_.reader(), 1), (Trained{5, 9.0, 0, 5, true}));
}

TEST_F(EndedTrial, IsSummedUpWithoutItsReports) {
  train();
  database_.apply({trial_ended(0, TrialState::kPruned, 0.8)});
  const Trained before = trained(*database_.reader(), 4);
  database_.close();
  TempDir copy;
  const auto path = copy / "study.db";
  std::filesystem::copy_file(database_.path(), path);
  EXPECT_EQ(
      SQLite::Database(path.string(), SQLite::OPEN_READWRITE).exec("DELETE FROM epoch_report"), 5);
  const auto reader = open_reader(path);
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  EXPECT_EQ(trained(**reader, 4), before);
}

}  // namespace
}  // namespace foldmill::storage
