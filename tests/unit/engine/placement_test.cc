// Which study gets a slot, and which slot a study gets.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

class PlacementTest : public EngineTest {
 protected:
  static StudySpec named(const std::string& name, int64_t trials) {
    StudySpec spec = small_study(trials);
    spec.name = name;
    return spec;
  }

  static int64_t held_of(const FakeWorker& worker, const std::string& study) {
    return std::count_if(worker.tasks.begin(), worker.tasks.end(), [&](const auto& entry) {
      return entry.second.assignment.study_name == study;
    });
  }
};

TEST_F(PlacementTest, StudiesShareTheSlots) {
  driver.create(named("one", 1000));
  FakeWorker& worker = driver.join("a", 4);
  EXPECT_EQ(held_of(worker, "one"), 4);
  driver.create(named("two", 1000));
  for (int i = 0; i < 100; ++i) driver.complete(worker, worker.attempt());
  // Not exactly, because a slot does not wait for a study whose sampler is still at work.
  EXPECT_NEAR(static_cast<double>(driver.study(1).trials.size()),
              static_cast<double>(driver.study(2).trials.size()), 5);
}

TEST_F(PlacementTest, AHigherPriorityIsServedFirst) {
  driver.create(named("one", 100));
  StudySpec urgent = named("urgent", 3);
  urgent.resources.priority = 1;
  driver.create(urgent);
  FakeWorker& worker = driver.join("a", 4);
  EXPECT_EQ(held_of(worker, "urgent"), 3);
  EXPECT_EQ(held_of(worker, "one"), 1);
}

TEST_F(PlacementTest, OfTwoFreeWorkersTheOneWithTheCheckpointIsChosen) {
  driver.create(named("one", 2));
  FakeWorker& other = driver.join("other");  // the older session, and it will know the data too
  FakeWorker& keeper = driver.join("keeper");
  const AttemptId attempt = keeper.attempt();
  driver.train_epoch(keeper, attempt);
  driver.checkpoint(keeper, attempt, 1, "epoch 1");
  driver.complete(other, other.attempt());
  driver.command("one", event::StudyVerb::kPauseNow);
  driver.finish(keeper, attempt, {AttemptState::kStopped, EndCause::kPreempted, {}});
  driver.command("one", event::StudyVerb::kResume);
  EXPECT_TRUE(other.tasks.empty());
  ASSERT_FALSE(keeper.tasks.empty());
  EXPECT_EQ(keeper.assignment().first_epoch(), 2);
}

TEST_F(PlacementTest, OfTwoFreeWorkersTheOneWithTheDataIsChosen) {
  driver.create(named("one", 1));
  FakeWorker& idle = driver.worker(FakeWorker{.name = "idle"});
  FakeWorker& knows = driver.join("knows");
  driver.connect(idle);
  driver.complete(knows, knows.attempt());
  driver.disconnect(knows);
  driver.connect(knows);  // its session is now the younger one
  driver.create(named("two", 1));
  EXPECT_EQ(held_of(knows, "two"), 1);
  EXPECT_TRUE(idle.tasks.empty());
}

TEST_F(PlacementTest, AnAttemptMayTakeSeveralSlots) {
  StudySpec wide = named("wide", 4);
  wide.resources.slots = 2;
  driver.create(wide);
  FakeWorker& worker = driver.join("a", 5);
  EXPECT_EQ(worker.tasks.size(), 2u);  // and one slot is left
  EXPECT_EQ(worker.tasks.begin()->second.assignment.slots, 2);
  EXPECT_TRUE(driver.join("small", 1).tasks.empty());
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 4);
}

TEST_F(PlacementTest, SlotsOfAWideAttemptStayTakenWhenItsWorkerComesBack) {
  StudySpec wide = named("wide", 1);
  wide.resources.slots = 2;
  driver.create(wide);
  FakeWorker& worker = driver.join("a", 2);
  driver.create(named("narrow", 3));
  EXPECT_EQ(held_of(worker, "narrow"), 0);
  driver.disconnect(worker);
  driver.connect(worker);
  EXPECT_EQ(held_of(worker, "narrow"), 0);
  driver.run_out();
  EXPECT_EQ(driver.study(2).state, StudyState::kCompleted);
}

TEST_F(PlacementTest, AWideStudyDoesNotStarveAmongNarrowOnes) {
  driver.create(named("narrow", 100));
  FakeWorker& worker = driver.join("a", 2);
  StudySpec wide = named("wide", 1);
  wide.resources.slots = 2;
  driver.create(wide);
  driver.complete(worker, worker.attempt());  // the free slot is kept
  EXPECT_EQ(held_of(worker, "narrow"), 1);
  driver.complete(worker, worker.attempt());
  EXPECT_EQ(held_of(worker, "wide"), 1);
}

TEST_F(PlacementTest, GpuMemoryMustSuffice) {
  StudySpec spec = named("big", 1);
  spec.resources.gpu_memory_mib = 16'000;
  driver.create(spec);
  EXPECT_TRUE(driver.join("cpu").tasks.empty());
  EXPECT_TRUE(driver.join(FakeWorker{.name = "small", .gpu_memory_mib = 8'000}).tasks.empty());
  EXPECT_FALSE(driver.join(FakeWorker{.name = "right", .gpu_memory_mib = 16'000}).tasks.empty());
}

}  // namespace
}  // namespace foldmill::engine
