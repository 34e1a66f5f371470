#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace foldmill {

enum class Relation { kAtMost, kAtLeast };

// What a metric of a trial must hold, lest the trial is infeasible: "n_parameters <= 200000".
struct Constraint {
  std::string metric;
  Relation relation = Relation::kAtMost;
  double bound = 0;  // finite

  // 0 when `value` holds; else how far it is off, as a share of the bound (plainly for a bound of
  // 0), so that constraints on metrics of any size can be added up. NaN is off by infinity.
  double violation(double value) const;
  friend bool operator==(const Constraint&, const Constraint&) = default;
};

std::string_view to_string(Relation relation);  // <=, >=
std::optional<Relation> parse_relation(std::string_view text);

// "METRIC <= NUMBER" or "METRIC >= NUMBER". invalid_argument says what is wrong with the text.
Result<Constraint> parse_constraint(std::string_view text);
std::string to_string(const Constraint& constraint);  // as parse_constraint() reads it

}  // namespace foldmill
