#include "core/constraint.h"

#include <cmath>
#include <limits>

#include "core/enum_names.h"
#include "core/text.h"

namespace foldmill {
namespace {

constexpr EnumNames<Relation, 2> kRelations{
    {{Relation::kAtMost, "<="}, {Relation::kAtLeast, ">="}}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t";
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

Status malformed(std::string_view text, std::string_view why) {
  return invalid_argument(concat("'", text, "' ", why,
                                 "; write a metric, <= or >=, and a number: "
                                 "\"n_parameters <= 200000\""));
}

// 200000, not 2e+05.
std::string bound_text(double bound) {
  constexpr double kMostExact = 9e15;
  if (std::trunc(bound) == bound && std::fabs(bound) < kMostExact)
    return std::to_string(static_cast<int64_t>(bound));
  return format_number(bound);
}

}  // namespace

double Constraint::violation(double value) const {
  if (std::isnan(value)) return std::numeric_limits<double>::infinity();
  const double excess = relation == Relation::kAtMost ? value - bound : bound - value;
  if (!(excess > 0)) return 0;
  return bound == 0 ? excess : excess / std::fabs(bound);
}

std::string_view to_string(Relation relation) { return name_in(kRelations, relation); }

std::optional<Relation> parse_relation(std::string_view text) { return value_in(kRelations, text); }

Result<Constraint> parse_constraint(std::string_view text) {
  const size_t place = text.find_first_of("<>=!");
  if (place == std::string_view::npos) return malformed(text, "compares nothing");
  const size_t end = text.find_first_not_of("<>=!", place);
  const std::string_view sign =
      text.substr(place, end == std::string_view::npos ? end : end - place);
  const std::optional<Relation> relation = parse_relation(sign);
  if (!relation) return malformed(text, concat("has '", sign, "', which is neither <= nor >="));
  const std::string_view metric = trimmed(text.substr(0, place));
  if (metric.empty()) return malformed(text, "names no metric");
  const std::optional<double> bound = parse_double(trimmed(text.substr(place + sign.size())));
  if (!bound || !std::isfinite(*bound)) return malformed(text, "has no number on the right");
  return Constraint{std::string(metric), *relation, *bound};
}

std::string to_string(const Constraint& constraint) {
  return concat(constraint.metric, " ", to_string(constraint.relation), " ",
                bound_text(constraint.bound));
}

}  // namespace foldmill
