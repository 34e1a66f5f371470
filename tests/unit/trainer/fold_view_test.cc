#include "worker/trainer/data/fold_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/trainer/data_fixture.h"

namespace foldmill::trainer {
namespace {

using ::testing::HasSubstr;

// Eight images of two pixels, (i, 10 i) of the i-th from 1 on, half of them for validation. Labels
// are 0 and 2, in turn.
class FoldViewTest : public ::testing::Test {
 protected:
  FoldViewTest() {
    std::string pixels;
    std::string labels;
    for (char i = 1; i <= 8; ++i) {
      pixels += i;
      pixels += static_cast<char>(10 * i);
      labels += static_cast<char>(i % 2 == 0 ? 2 : 0);
    }
    write_file(directory_ / "train-images-idx3-ubyte", idx_bytes({8, 1, 2}, pixels));
    write_file(directory_ / "train-labels-idx1-ubyte", idx_bytes({8}, labels));
    task_.data = data_spec("idx", directory_.path());
    task_.folds.k = 2;
    task_.folds.stratified = false;
    task_.folds.shuffle = false;
  }

  FoldView view() const {
    return {std::make_shared<const Dataset>(load_dataset(task_.data, {}, torch::kCPU)), task_};
  }
  FoldView view(Normalize normalize) {
    task_.data.normalize = normalize;
    return view();
  }

  // Eight images of floats in [0, 1], without labels.
  void use_floats(const std::vector<float>& pixels, const std::string& size = "1, 2") {
    write_file(directory_ / "images.npy", npy_bytes("<f4", "8, " + size, bytes_of(pixels)));
    task_.data = data_spec("npy", directory_.path());
  }

  TempDir directory_;
  Assignment task_;
};

std::vector<int64_t> numbers(const torch::Tensor& tensor) {
  return {tensor.data_ptr<int64_t>(), tensor.data_ptr<int64_t>() + tensor.numel()};
}

TEST_F(FoldViewTest, BatchesCarryImagesLabelsAndPositions) {
  const FoldView fold = view();
  EXPECT_EQ(fold.train_size(), 4);
  EXPECT_EQ(fold.validation_size(), 4);
  EXPECT_EQ(fold.channels(), 1);
  EXPECT_EQ(fold.height(), 1);
  EXPECT_EQ(fold.width(), 2);
  EXPECT_EQ(fold.classes(), 3);
  const torch::Tensor order = fold.train_order(1);
  const Batch batch = fold.batch(order, 1, 2);
  EXPECT_EQ(batch.size(), 2);
  EXPECT_EQ(batch.images.sizes(), (std::vector<int64_t>{2, 1, 1, 2}));
  EXPECT_EQ(numbers(batch.positions), numbers(order.slice(0, 1, 3)));
  for (int64_t i = 0; i < 2; ++i) {
    const int64_t position = batch.positions[i].item<int64_t>();
    EXPECT_EQ(batch.labels[i].item<int64_t>(), position % 2 == 0 ? 0 : 2);
    EXPECT_FLOAT_EQ(batch.images[i][0][0][0].item<float>(), float(position + 1) / 255);
    EXPECT_FLOAT_EQ(batch.images[i][0][0][1].item<float>(), float(position + 1) * 10 / 255);
  }
  EXPECT_EQ(fold.batch(order, 3, 2).size(), 1) << "the end of the order";
}

TEST_F(FoldViewTest, ImagesWithoutLabelsGiveBatchesWithoutThem) {
  use_floats(std::vector<float>(16, 0.25F));
  const FoldView fold = view();
  EXPECT_EQ(fold.classes(), 0);
  const Batch batch = fold.batch(fold.validation_order(), 0, 8);
  EXPECT_FALSE(batch.labels.defined());
  EXPECT_TRUE(torch::equal(batch.images, torch::full({4, 1, 1, 2}, 0.25F)));
  task_.folds.stratified = true;
  EXPECT_THAT(error_of([&] { view(); }, EndCause::kUserError), HasSubstr("no labels"));
}

TEST_F(FoldViewTest, StandardIsMeasuredOnTheTrainingPartAlone) {
  std::vector<double> means;
  for (int32_t index = 0; index < 2; ++index) {
    task_.fold.fold = FoldIndex(index);
    const FoldView fold = view(Normalize::kStandard);
    double sum = 0;
    double squares = 0;
    for (const int64_t position : numbers(fold.train_order(1)))
      for (const int factor : {1, 10}) {
        const double pixel = static_cast<double>(position + 1) * factor / 255;
        sum += pixel;
        squares += pixel * pixel;
      }
    const double mean = sum / 8;
    means.push_back(mean);
    EXPECT_NEAR(fold.normalization().mean(), mean, 1e-15);
    EXPECT_NEAR(fold.normalization().stddev(), std::sqrt(squares / 8 - mean * mean), 1e-15);
    const torch::Tensor train = fold.batch(fold.train_order(1), 0, 4).images;
    EXPECT_NEAR(train.mean().item<double>(), 0, 1e-6);
    EXPECT_NEAR(train.std(/*unbiased=*/false).item<double>(), 1, 1e-6);
  }
  EXPECT_GT(std::abs(means[0] - means[1]), 0.01) << "the folds' parts differ";
}

TEST_F(FoldViewTest, StandardOfFloatsIsTheSameForAnyNumberOfThreads) {
  constexpr size_t kSide = 128;  // large enough for torch to use several threads
  std::vector<float> pixels;
  for (size_t i = 0; i < 8 * kSide * kSide; ++i)
    pixels.push_back(std::sin(static_cast<float>(i)) / 2 + 0.5F);
  use_floats(pixels, "128, 128");
  torch::set_num_threads(2);
  const Normalization two = view(Normalize::kStandard).normalization();
  torch::set_num_threads(1);
  const FoldView fold = view(Normalize::kStandard);
  EXPECT_EQ(fold.normalization().mean(), two.mean());
  EXPECT_EQ(fold.normalization().stddev(), two.stddev());
  EXPECT_NEAR(fold.batch(fold.train_order(1), 0, 4).images.mean().item<double>(), 0, 1e-6);
}

TEST_F(FoldViewTest, OtherNormalisationsAreWhatTheyAreCalled) {
  const Normalization unit = view(Normalize::kUnit).normalization();
  EXPECT_EQ(unit.mean(), 0);
  EXPECT_EQ(unit.stddev(), 1);
  const FoldView symmetric = view(Normalize::kSymmetric);
  EXPECT_EQ(symmetric.normalization().mean(), 0.5);
  EXPECT_EQ(symmetric.normalization().unit_mse(4), 1);
  task_.data.mean = 0.25;
  task_.data.stddev = 0.5;
  const FoldView given = view(Normalize::kGiven);
  EXPECT_EQ(given.normalization().mean(), 0.25);
  EXPECT_EQ(given.normalization().stddev(), 0.5);
  const Batch batch = given.batch(given.validation_order(), 0, 1);
  const double pixel = static_cast<double>(batch.positions[0].item<int64_t>() + 1) / 255;
  EXPECT_NEAR(batch.images[0][0][0][0].item<double>(), (pixel - 0.25) / 0.5, 1e-6);
}

TEST_F(FoldViewTest, RefusesNormalisationsThatCannotBe) {
  const auto error = [&](Normalize normalize) {
    return error_of([&] { view(normalize); }, EndCause::kUserError);
  };
  for (const double stddev : {0.0, -1.0, std::nan("")}) {
    task_.data.stddev = stddev;
    EXPECT_THAT(error(Normalize::kGiven), HasSubstr("std above 0"));
  }
  use_floats(std::vector<float>(16, 0.3F));
  EXPECT_THAT(error(Normalize::kStandard), HasSubstr("every pixel"));
}

TEST_F(FoldViewTest, GroupsFollowTheSubset) {
  task_.folds.groups = "groups.txt";
  task_.data.subset_train = 6;
  task_.data.subset_stratified = false;
  const std::vector<int64_t> groups = {0, 0, 1, 1, 2, 2, 3, 3};
  const FoldView fold(std::make_shared<const Dataset>(load_dataset(task_.data, {}, torch::kCPU)),
                      task_, groups);
  EXPECT_EQ(fold.train_size() + fold.validation_size(), 6);
  for (const int64_t trained : numbers(fold.train_positions()))
    for (const int64_t validated : numbers(fold.validation_order()))
      EXPECT_NE(trained / 2, validated / 2) << "the same group";
}

TEST_F(FoldViewTest, WhatIsHeldOutMayBeNothing) {
  task_.folds.k = 1;
  task_.folds.hold_out = false;
  task_.folds.stratified = true;  // of nothing: labels are not needed
  use_floats(std::vector<float>(16, 0.25F));
  const FoldView fold = view();
  EXPECT_EQ(fold.train_size(), 8);
  EXPECT_EQ(fold.validation_size(), 0);
}

TEST_F(FoldViewTest, ADatasetFromTheCacheIsTheSame) {
  const auto cache_dir = directory_ / "cache";
  const auto load = [&] { return load_dataset(task_.data, {}, torch::kCPU, cache_dir); };
  const Dataset read = load();
  const Dataset cached = load();
  EXPECT_FALSE(read.from_cache);
  EXPECT_TRUE(cached.from_cache);
  EXPECT_TRUE(torch::equal(read.images, cached.images));
  EXPECT_TRUE(torch::equal(read.label_tensor, cached.label_tensor));
  EXPECT_EQ(read.labels, cached.labels);
  EXPECT_EQ(read.classes, cached.classes);
  EXPECT_EQ(read.fingerprint, cached.fingerprint);
}

TEST_F(FoldViewTest, AProcessReadsADataSetAgainOnlyIfItChanged) {
  DatasetCache cache({}, torch::kCPU);
  const auto first = cache.get(task_.data);
  EXPECT_EQ(cache.get(task_.data), first);
  write_file(directory_ / "train-labels-idx1-ubyte", idx_bytes({8}, std::string(8, '\1')));
  std::filesystem::last_write_time(
      directory_ / "train-labels-idx1-ubyte",
      std::filesystem::file_time_type::clock::now() + std::chrono::seconds(1));
  EXPECT_EQ(cache.get(task_.data)->classes, 2);
  use_floats(std::vector<float>(16, 1));
  EXPECT_EQ(cache.get(task_.data)->images.scalar_type(), torch::kFloat32);
}

}  // namespace
}  // namespace foldmill::trainer
