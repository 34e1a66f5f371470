#include "core/search_space.h"

#include <algorithm>

#include "core/grid_points.h"
#include "core/text.h"

namespace foldmill {
namespace {

bool is_one_of(const ParameterValue& value, const std::vector<ParameterValue>& any_of) {
  return std::any_of(any_of.begin(), any_of.end(),
                     [&](const ParameterValue& v) { return equivalent(v, value); });
}

std::string text_of(const std::vector<ParameterValue>& values) {
  std::vector<std::string> texts;
  for (const ParameterValue& value : values) texts.push_back(to_string(value));
  return join(texts, ", ");
}

std::string suggestion(std::string_view name, const std::vector<SearchParameter>& parameters,
                       const ParameterSet& constants) {
  std::vector<std::string> names;
  for (const SearchParameter& parameter : parameters) names.push_back(parameter.name);
  for (const auto& [constant, value] : constants) names.push_back(constant);
  const std::optional<std::string> match = closest_match(name, names);
  return match ? concat("; did you mean '", *match, "'?") : "";
}

Status check_parent_range(const SearchParameter& child, const Condition& condition,
                          const Distribution& parent) {
  for (const ParameterValue& value : condition.any_of)
    if (!parent.contains(value))
      return invalid_argument(concat("'", child.name, "' is to depend on ", condition.parent, " = ",
                                     to_string(value), ", but ", condition.parent, " is ",
                                     parent.describe()));
  return ok_status();
}

Status check_condition(const SearchSpace& space, const SearchParameter& child,
                       const Condition& condition, const ParameterSet& constants) {
  if (condition.any_of.empty())
    return invalid_argument(concat("'", child.name, "' depends on '", condition.parent,
                                   "' without a value; name at least one"));
  if (const auto parent = space.index_of(condition.parent))
    return check_parent_range(child, condition, space.parameters()[*parent].distribution);
  const ParameterValue* constant = constants.find(condition.parent);
  if (constant == nullptr)
    return invalid_argument(concat("'", child.name, "' depends on '", condition.parent,
                                   "', which is not a parameter",
                                   suggestion(condition.parent, space.parameters(), constants)));
  if (!is_one_of(*constant, condition.any_of))
    return invalid_argument(concat("'", child.name, "' would never be used: it wants ",
                                   condition.parent, " to be ", text_of(condition.any_of),
                                   ", but that is the constant ", to_string(*constant)));
  return ok_status();
}

// Depth-first walk that lists parents before their children.
class ParentsFirst {
 public:
  explicit ParentsFirst(const SearchSpace& space)
      : space_(space), states_(space.size(), State::kNew) {}

  Result<std::vector<size_t>> order() {
    for (size_t i = 0; i < space_.size(); ++i) FOLDMILL_RETURN_IF_ERROR(visit(i));
    return std::move(order_);
  }

 private:
  enum class State { kNew, kOnPath, kDone };

  Status visit(size_t index) {
    if (states_[index] == State::kDone) return ok_status();
    if (states_[index] == State::kOnPath) return cycle_at(index);
    states_[index] = State::kOnPath;
    path_.push_back(index);
    for (const Condition& condition : space_.parameters()[index].when)
      if (const auto parent = space_.index_of(condition.parent))
        FOLDMILL_RETURN_IF_ERROR(visit(*parent));
    path_.pop_back();
    states_[index] = State::kDone;
    order_.push_back(index);
    return ok_status();
  }

  Status cycle_at(size_t index) const {
    std::vector<std::string> names;
    for (auto at = std::find(path_.begin(), path_.end(), index); at != path_.end(); ++at)
      names.push_back(space_.parameters()[*at].name);
    names.push_back(space_.parameters()[index].name);
    return invalid_argument(
        concat("conditions go round in a circle: ", join(names, " -> "), "; break one of them"));
  }

  const SearchSpace& space_;
  std::vector<State> states_;
  std::vector<size_t> path_;
  std::vector<size_t> order_;
};

}  // namespace

Result<SearchSpace> SearchSpace::create(std::vector<SearchParameter> parameters,
                                        const ParameterSet& constants) {
  SearchSpace space;
  space.parameters_ = std::move(parameters);
  for (size_t i = 0; i < space.size(); ++i) {
    const SearchParameter& parameter = space.parameters_[i];
    if (space.index_of(parameter.name) != i)
      return invalid_argument(concat("parameter '", parameter.name, "' is there twice"));
    if (constants.contains(parameter.name))
      return invalid_argument(concat("parameter '", parameter.name,
                                     "' is both a constant and a range; keep one of them"));
    for (const Condition& condition : parameter.when) {
      FOLDMILL_RETURN_IF_ERROR(check_condition(space, parameter, condition, constants));
      if (const ParameterValue* constant = constants.find(condition.parent))
        space.constants_.set(condition.parent, *constant);
    }
  }
  FOLDMILL_ASSIGN_OR_RETURN(space.order_, ParentsFirst(space).order());
  return space;
}

std::optional<size_t> SearchSpace::index_of(std::string_view name) const {
  for (size_t i = 0; i < parameters_.size(); ++i)
    if (parameters_[i].name == name) return i;
  return std::nullopt;
}

bool SearchSpace::is_active(size_t index, const ParameterSet& partial) const {
  const std::vector<Condition>& when = parameters_[index].when;
  return std::all_of(when.begin(), when.end(), [&](const Condition& condition) {
    if (const ParameterValue* constant = constants_.find(condition.parent))
      return is_one_of(*constant, condition.any_of);
    const ParameterValue* value = partial.find(condition.parent);
    return value != nullptr && is_one_of(*value, condition.any_of) &&
           is_active(*index_of(condition.parent), partial);
  });
}

bool SearchSpace::has_conditions() const {
  return std::any_of(parameters_.begin(), parameters_.end(),
                     [](const SearchParameter& p) { return !p.when.empty(); });
}

Status SearchSpace::validate(const ParameterSet& set) const {
  FOLDMILL_RETURN_IF_ERROR(validate_partial(set));
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& name = parameters_[i].name;
    const bool active = is_active(i, set);
    if (active && !set.contains(name))
      return invalid_argument(concat("parameter '", name, "' is missing"));
    if (!active && set.contains(name))
      return invalid_argument(
          concat("parameter '", name, "' does not take part: its condition does not hold"));
  }
  return ok_status();
}

Status SearchSpace::validate_partial(const ParameterSet& set) const {
  for (const auto& [name, value] : set) {
    const std::optional<size_t> index = index_of(name);
    if (!index)
      return invalid_argument(
          concat("'", name, "' is not a searched parameter", suggestion(name, parameters_, {})));
    const SearchParameter& parameter = parameters_[*index];
    if (!parameter.distribution.contains(value))
      return invalid_argument(concat("parameter '", name, "': ", to_string(value), " is not in ",
                                     parameter.distribution.describe()));
    for (const Condition& condition : parameter.when) {
      const ParameterValue* parent = set.find(condition.parent);
      if (parent != nullptr && !is_one_of(*parent, condition.any_of))
        return invalid_argument(concat("parameter '", name, "' takes part only when ",
                                       condition.parent, " is ", text_of(condition.any_of),
                                       ", but it is ", to_string(*parent), "; leave it out"));
    }
  }
  return ok_status();
}

std::optional<int64_t> SearchSpace::grid_size() const {
  return GridPoints(*this).size();
}

}  // namespace foldmill
