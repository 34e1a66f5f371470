#include "worker/trainer/data/dataset_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/trainer/data_fixture.h"

namespace foldmill::trainer {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DatasetStoreTest : public ::testing::Test {
 protected:
  // Another store each time, as another process would have.
  StoredDataset load() { return load(data_spec("csv", csv_)); }
  StoredDataset load(const DataSpec& data) { return DatasetStore({}, cache_).load(data); }

  fs::path only_cache_file() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(cache_)) files.push_back(entry.path());
    EXPECT_EQ(files.size(), 1u);
    return files.front();
  }

  void expect_same(const StoredDataset& a, const StoredDataset& b) {
    EXPECT_EQ(a.key, b.key);
    EXPECT_EQ(a.dataset.fingerprint, b.dataset.fingerprint);
    const RawDataset& x = a.dataset.raw;
    const RawDataset& y = b.dataset.raw;
    EXPECT_EQ(x.images, y.images);
    EXPECT_EQ(x.channels, y.channels);
    EXPECT_EQ(x.height, y.height);
    EXPECT_EQ(x.width, y.width);
    EXPECT_EQ(x.pixel_type, y.pixel_type);
    EXPECT_EQ(x.labels, y.labels);
    EXPECT_EQ(x.class_names, y.class_names);
    EXPECT_EQ(pixels_of(x), pixels_of(y));
  }

  // What is loaded after the cache file was changed: the same, read from the source, and kept anew.
  void expect_ignored(const std::string& content) {
    write_file(only_cache_file(), content);
    const StoredDataset again = load();
    EXPECT_FALSE(again.from_cache);
    expect_same(again, first_);
    EXPECT_EQ(read_file(only_cache_file()), whole_);
    EXPECT_TRUE(load().from_cache);
  }

  void SetUp() override {
    write_file(csv_, "3,10,20,30,40\n1,50,60,70,80\n");
    first_ = load();
    whole_ = read_file(only_cache_file());
  }

  TempDir directory_;
  fs::path csv_ = directory_ / "set.csv";
  fs::path cache_ = directory_ / "made/on/demand";
  StoredDataset first_;
  std::string whole_;
};

TEST_F(DatasetStoreTest, TheSecondLoadIsFromTheCacheAndTheSame) {
  EXPECT_FALSE(first_.from_cache);
  const StoredDataset second = load();
  EXPECT_TRUE(second.from_cache);
  expect_same(first_, second);
  EXPECT_THAT(pixels_of(second.dataset.raw), ElementsAre(10, 20, 30, 40, 50, 60, 70, 80));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(second.dataset.raw.pixels.data()) % 64, 0u);
}

TEST_F(DatasetStoreTest, KeepsFloatsAndSetsWithoutLabels) {
  write_file(csv_, "0,0.25,0.5,1\n");
  load();
  const StoredDataset floats = load();
  EXPECT_TRUE(floats.from_cache);
  EXPECT_THAT(pixels_of(floats.dataset.raw), ElementsAre(0, 0.25F, 0.5F, 1));
  EXPECT_TRUE(floats.dataset.raw.labels.empty());
}

TEST_F(DatasetStoreTest, ReadsASourceThatChangedAgain) {
  write_file(csv_, "3,10,20,30,40\n1,50,60,70,81\n");
  fs::last_write_time(csv_, fs::last_write_time(csv_) + std::chrono::seconds(1));
  const StoredDataset changed = load();
  EXPECT_FALSE(changed.from_cache);
  EXPECT_THAT(pixels_of(changed.dataset.raw), ElementsAre(10, 20, 30, 40, 50, 60, 70, 81));
  EXPECT_NE(changed.dataset.fingerprint, first_.dataset.fingerprint);
  fs::remove(csv_);
  EXPECT_THAT(error_of([&] { load(); }), HasSubstr("was not found"));
}

TEST_F(DatasetStoreTest, TheFingerprintIsOfTheContentAlone) {
  DataSpec other = data_spec("csv", directory_ / "other.csv.gz");
  write_file(other.path, gzipped("label,a,b,c,d\n3,10,20,30,40\n1,50,60,70,80\n"));
  EXPECT_EQ(load(other).dataset.fingerprint, first_.dataset.fingerprint);
  write_file(other.path, gzipped("4,10,20,30,40\n1,50,60,70,80\n"));
  EXPECT_NE(load(other).dataset.fingerprint, first_.dataset.fingerprint) << "another label";
  write_file(other.path, gzipped("10,20,30,40\n50,60,70,80\n"));
  EXPECT_NE(load(other).dataset.fingerprint, first_.dataset.fingerprint) << "no labels";
}

TEST_F(DatasetStoreTest, NeverTrustsADamagedCacheFile) {
  expect_ignored("");
  expect_ignored("something else entirely, and long enough to hold a head");
  for (const size_t size : {size_t{10}, size_t{24}, size_t{100}, whole_.size() - 1})
    expect_ignored(whole_.substr(0, size));
  expect_ignored(whole_ + '\0');
  // From the head to the end of the labels, which are padded up to the pixels' 64 bytes.
  const size_t labels = whole_.size() - 8 - 64;
  for (const size_t at : {size_t{0}, size_t{8}, size_t{14}, size_t{16}, size_t{24}, size_t{60},
                          size_t{150}, labels, labels + 15}) {
    SCOPED_TRACE(at);
    std::string flipped = whole_;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    expect_ignored(flipped);
  }
}

TEST_F(DatasetStoreTest, TheFileOfAnotherKeyIsForeign) {
  const fs::path mine = only_cache_file();
  write_file(csv_, "10,20,30,40\n");
  const StoredDataset other = load();
  EXPECT_FALSE(other.from_cache);
  fs::path theirs = mine;
  for (const auto& entry : fs::directory_iterator(cache_))
    if (entry.path() != mine) theirs = entry.path();
  ASSERT_NE(theirs, mine);
  fs::copy_file(mine, theirs, fs::copy_options::overwrite_existing);
  const StoredDataset again = load();
  EXPECT_FALSE(again.from_cache);
  expect_same(again, other);
}

TEST_F(DatasetStoreTest, DoesWithoutACacheWhereItCannotWrite) {
  cache_ = csv_ / "not/a/directory";
  expect_same(load(), first_);
  EXPECT_FALSE(load().from_cache);
  cache_ = "";
  EXPECT_FALSE(load().from_cache);
  EXPECT_FALSE(load().from_cache);
}

}  // namespace
}  // namespace foldmill::trainer
