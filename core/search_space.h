#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/distribution.h"
#include "core/parameter.h"
#include "core/result.h"

namespace foldmill {

// Holds when the parent is active and its value is one of `any_of`.
struct Condition {
  std::string parent;
  std::vector<ParameterValue> any_of;
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct SearchParameter {
  std::string name;
  Distribution distribution;
  std::vector<Condition> when;  // all must hold; empty: always active
  friend bool operator==(const SearchParameter&, const SearchParameter&) = default;
};

// All ranges of a study, in the order of the file, with their conditions. Immutable once made.
class SearchSpace {
 public:
  SearchSpace() = default;  // empty: every trial is the same point

  // Refuses: a name twice, a condition on an unknown parameter or on itself, a cycle (named in
  // full: a -> b -> a), a condition on a value that the parent can never have, a condition without
  // values. `constants` are the fixed parameters, which conditions may also name; a condition that
  // a constant makes impossible is refused, since its range would silently be ignored.
  static Result<SearchSpace> create(std::vector<SearchParameter> parameters,
                                    const ParameterSet& constants = {});

  const std::vector<SearchParameter>& parameters() const { return parameters_; }
  size_t size() const { return parameters_.size(); }
  bool empty() const { return parameters_.empty(); }
  std::optional<size_t> index_of(std::string_view name) const;

  // Indices into parameters(), parents before children: the order to sample in.
  const std::vector<size_t>& sampling_order() const { return order_; }
  // Whether parameter `index` takes part, given the values of its ancestors in `partial`.
  bool is_active(size_t index, const ParameterSet& partial) const;
  bool has_conditions() const;

  // Exactly the active parameters, each within its range; says which and why not.
  Status validate(const ParameterSet& set) const;

  // Some of the parameters, the others to be sampled: known names, values within their ranges, and
  // none that another value of `set` rules out.
  Status validate_partial(const ParameterSet& set) const;

  // How many points there are, if finite and at most 2^62.
  std::optional<int64_t> grid_size() const;

  friend bool operator==(const SearchSpace& a, const SearchSpace& b) {
    return a.parameters_ == b.parameters_ && a.constants_ == b.constants_;
  }

 private:
  std::vector<SearchParameter> parameters_;
  ParameterSet constants_;  // those that conditions name
  std::vector<size_t> order_;
};

}  // namespace foldmill
