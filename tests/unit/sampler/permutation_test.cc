#include "sampler/grid/permutation.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace foldmill::sampler {
namespace {

std::vector<int64_t> order(int64_t size, uint64_t seed) {
  const Permutation permutation(size, seed);
  std::vector<int64_t> values;
  for (int64_t i = 0; i < size; ++i) values.push_back(permutation(i));
  return values;
}

TEST(Permutation, HasEveryNumberOnce) {
  for (int64_t size : {1, 2, 3, 4, 5, 7, 8, 9, 64, 65, 1000}) {
    const std::vector<int64_t> values = order(size, 3);
    const std::set<int64_t> distinct(values.begin(), values.end());
    EXPECT_EQ(distinct.size(), static_cast<size_t>(size));
    EXPECT_EQ(*distinct.begin(), 0);
    EXPECT_EQ(*distinct.rbegin(), size - 1);
  }
}

TEST(Permutation, IsTheSeeds) {
  EXPECT_EQ(order(100, 1), order(100, 1));
  EXPECT_NE(order(100, 1), order(100, 2));
}

TEST(Permutation, ServesTheLargestSizes) {
  const Permutation permutation(int64_t{1} << 62, 5);
  EXPECT_GE(permutation((int64_t{1} << 62) - 1), 0);
}

}  // namespace
}  // namespace foldmill::sampler
