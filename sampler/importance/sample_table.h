#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/search_space.h"
#include "core/study.h"
#include "sampler/importance.h"

namespace foldmill::sampler::importance {

// The trials that an answer is made of: those with a finite value whose parameters are a point of
// the space.
struct SampleTable {
  // Internal values by parameter of the space, then by trial; NaN where it was not active.
  std::vector<std::vector<double>> columns;
  std::vector<double> losses;  // by trial: smaller is better; the largest magnitude is 1
  int64_t left_out = 0;

  size_t size() const { return losses.size(); }
  int64_t active(size_t parameter) const;  // in how many trials
};

// failed_precondition: fewer than four trials are left, or all have the same value.
Result<SampleTable> make_sample_table(const SearchSpace& space, std::span<const ScoredPoint> points,
                                      Direction direction);

}  // namespace foldmill::sampler::importance
