#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "core/ids.h"

namespace foldmill {

// What a stream of random numbers is for. Numbers are part of the format: never renumber.
enum class RandomPurpose : uint32_t {
  kSampler = 1,
  kSplit = 2,  // folds and hold-out
  kSubset = 3,
  kInit = 4,   // weights
  kOrder = 5,  // batches
  kNoise = 6,
  kDropout = 7,  // and latent samples
  kFeatureNet = 8,
  kScramble = 9,  // of a quasi-random sequence, by dimension
  kGridOrder = 10,
  kOuterSplit = 11,  // of a nested cross-validation
  kTest = 100,
};

// One block of Philox 4x32-10: a bijection of the counter for each key.
std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// Counter-based generator, Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011). The same numbers on every machine and compiler: the standard's
// distributions are not used, because they differ between libraries. Copyable; one thread each.
class Random {
 public:
  explicit Random(uint64_t seed)
      : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)} {}
  // The stream of (study seed, purpose, trial, fold). Subsets use trial and fold 0, splits fold 0
  // and their repeat where a trial stands, so that they are equal for every trial.
  Random(uint64_t study_seed, RandomPurpose purpose, TrialNumber trial = TrialNumber(0),
         FoldIndex fold = FoldIndex(0));

  uint32_t next_u32();
  uint64_t next_u64();
  double uniform();                         // [0, 1), 53 bits
  double uniform(double low, double high);  // [low, high); low when they are equal
  uint64_t below(uint64_t n);               // 0 … n-1 without bias; n >= 1
  double normal();                          // mean 0, standard deviation 1 (Box-Muller)

  // Fisher-Yates, from the back.
  template <class T>
  void shuffle(std::span<T> items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  void refill();

  std::array<uint32_t, 2> key_;
  uint64_t block_ = 0;
  std::array<uint32_t, 4> buffer_{};
  size_t left_ = 0;
};

// One 64-bit seed for (study seed, purpose, trial, fold), for generators that are not ours
// (torch's) and for the wire. SplitMix64 finalisers over the words (Steele, Lea, Flood 2014).
uint64_t derive_seed(uint64_t study_seed, RandomPurpose purpose, TrialNumber trial = TrialNumber(0),
                     FoldIndex fold = FoldIndex(0));

}  // namespace foldmill
