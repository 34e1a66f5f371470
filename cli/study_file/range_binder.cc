#include "cli/study_file/range_binder.h"

#include <algorithm>
#include <array>

#include "cli/study_file/map_reader.h"
#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr std::array<std::string_view, 4> kRangeKinds = {"int", "float", "choice", "bool"};
constexpr std::string_view kForms =
    "ranges are {int: [1, 9]}, {float: [1e-4, 1e-1], log: true}, {choice: [a, b]}, {bool: any}";

std::vector<std::string> names_of_choices(const KnobInfo& knob) {
  return {knob.choices.begin(), knob.choices.end()};
}

std::optional<double> bind_float(const DocNode& node, const KnobInfo& knob,
                                 Diagnostics& diagnostics) {
  const auto value = read_number(node, diagnostics);
  if (!value) return std::nullopt;
  if (*value >= knob.low && *value <= knob.high) return value;
  diagnostics.error(node, concat("'", knob.name, "' must be between ", format_number(knob.low),
                                 " and ", format_number(knob.high), ", got ", node.scalar));
  return std::nullopt;
}

std::optional<ParameterValue> bind_choice(const DocNode& node, const KnobInfo& knob,
                                          Diagnostics& diagnostics) {
  const auto value = read_text(node, diagnostics);
  if (!value) return std::nullopt;
  const std::vector<std::string> choices = names_of_choices(knob);
  if (std::find(choices.begin(), choices.end(), *value) != choices.end())
    return ParameterValue(*value);
  const std::string hint = suggestion(*value, choices);
  diagnostics.error(node, concat("'", printable(*value), "' is not a value of '", knob.name, "'"),
                    hint.empty() ? concat("allowed: ", join(choices, ", ")) : hint);
  return std::nullopt;
}

template <class T>
std::optional<ParameterValue> as_value(std::optional<T> value) {
  return value ? std::optional<ParameterValue>(*value) : std::nullopt;
}

// The one range kind that `node` names; reports when there is none or more than one.
std::optional<std::string_view> range_kind(const DocNode& node, Diagnostics& diagnostics) {
  if (node.find("repeat")) {
    report_not_supported(node, "repeat", diagnostics);
    return std::nullopt;
  }
  std::vector<std::string_view> found;
  for (const std::string_view kind : kRangeKinds)
    if (node.find(kind)) found.push_back(kind);
  if (found.size() == 1) return found[0];
  diagnostics.error(
      node,
      found.empty() ? "this is neither a constant nor a range" : "a range is of one kind only", "",
      {std::string(kForms)});
  return std::nullopt;
}

// Whether a knob can be searched with a range of this kind; numbers of a knob may be listed as
// choices.
bool kind_fits(std::string_view kind, const KnobInfo* knob) {
  if (!knob || kind == "choice") return true;
  switch (knob->kind) {
    case KnobInfo::Kind::kInt:
      return kind == "int";
    case KnobInfo::Kind::kFloat:
      return kind == "float";
    case KnobInfo::Kind::kChoice:
      return false;
    case KnobInfo::Kind::kBool:
      return kind == "bool";
  }
  return false;
}

std::string_view form_for(const KnobInfo& knob) {
  switch (knob.kind) {
    case KnobInfo::Kind::kInt:
      return "write {int: [low, high]}";
    case KnobInfo::Kind::kFloat:
      return "write {float: [low, high]}";
    case KnobInfo::Kind::kChoice:
      return "write {choice: [one, another]}";
    case KnobInfo::Kind::kBool:
      return "write {bool: any}";
  }
  return {};
}

// The two ends of a numeric range as nodes; reports anything but a list of two.
bool has_two_ends(const DocNode& ends, std::string_view kind, Diagnostics& diagnostics) {
  if (ends.kind == DocNode::Kind::kSequence && ends.items.size() == 2) return true;
  const std::string got = ends.kind == DocNode::Kind::kSequence
                              ? concat("a list of ", ends.items.size())
                              : std::string(describe_kind(ends));
  diagnostics.error(ends, concat("the range must be [low, high], got ", got),
                    concat("write {", kind, ": [low, high]}"));
  return false;
}

struct NumericRange {
  double low = 0, high = 0;
  bool log = false;
  const DocNode* step = nullptr;
};

bool check_numeric(const NumericRange& range, const DocNode& ends, Diagnostics& diagnostics) {
  const DocNode& low = ends.items[0];
  const DocNode& high = ends.items[1];
  if (range.low > range.high) {
    diagnostics.error(
        low, concat("the range is reversed: ", low.scalar, " is greater than ", high.scalar),
        concat("write [", high.scalar, ", ", low.scalar, "]"));
    return false;
  }
  if (range.log && range.low <= 0) {
    diagnostics.error(
        low, concat("lower bound must be greater than 0 for a log range, got ", low.scalar),
        concat("use a small positive number, for example [1e-5, ", high.scalar, "]"));
    return false;
  }
  if (range.log && range.step) {
    diagnostics.error(*range.step, "a log range has no step", "remove step, or log");
    return false;
  }
  return true;
}

std::optional<Distribution> report(Result<Distribution> made, const DocNode& node,
                                   Diagnostics& diagnostics) {
  if (made.ok()) return std::move(made).value();
  diagnostics.error(node, made.status().message());
  return std::nullopt;
}

std::optional<Distribution> bind_int_range(const DocNode& node, const DocNode& ends, bool log,
                                           const DocNode* step_node, const KnobInfo* knob,
                                           Diagnostics& diagnostics) {
  if (!has_two_ends(ends, "int", diagnostics)) return std::nullopt;
  const auto read_end = [&](const DocNode& end) {
    return knob ? read_int(end, diagnostics, static_cast<int64_t>(knob->low),
                           static_cast<int64_t>(knob->high))
                : read_int(end, diagnostics);
  };
  const auto low = read_end(ends.items[0]);
  const auto high = read_end(ends.items[1]);
  const auto step = step_node ? read_int(*step_node, diagnostics, 1) : std::optional<int64_t>(1);
  if (!low || !high || !step) return std::nullopt;
  const NumericRange range{static_cast<double>(*low), static_cast<double>(*high), log, step_node};
  if (!check_numeric(range, ends, diagnostics)) return std::nullopt;
  return report(Distribution::make_int(*low, *high, log, *step), node, diagnostics);
}

std::optional<Distribution> bind_float_range(const DocNode& node, const DocNode& ends, bool log,
                                             const DocNode* step_node, const KnobInfo* knob,
                                             Diagnostics& diagnostics) {
  if (!has_two_ends(ends, "float", diagnostics)) return std::nullopt;
  const auto read_end = [&](const DocNode& end) {
    return knob ? bind_float(end, *knob, diagnostics) : read_number(end, diagnostics);
  };
  const auto low = read_end(ends.items[0]);
  const auto high = read_end(ends.items[1]);
  std::optional<double> step;
  if (step_node) step = read_number(*step_node, diagnostics);
  if (!low || !high || (step_node && !step)) return std::nullopt;
  if (!check_numeric({*low, *high, log, step_node}, ends, diagnostics)) return std::nullopt;
  if (step && *step <= 0) {
    diagnostics.error(*step_node,
                      concat("the step must be greater than 0, got ", step_node->scalar));
    return std::nullopt;
  }
  return report(Distribution::make_float(*low, *high, log, step), node, diagnostics);
}

std::optional<Distribution> bind_choices(const DocNode& list, const KnobInfo* knob,
                                         Diagnostics& diagnostics) {
  if (list.kind != DocNode::Kind::kSequence || list.items.empty()) {
    diagnostics.error(list,
                      list.kind == DocNode::Kind::kSequence
                          ? std::string("the list of choices is empty")
                          : concat("choices must be a list, got ", describe_kind(list)),
                      "write {choice: [one, another]}");
    return std::nullopt;
  }
  std::vector<ParameterValue> choices;
  for (const DocNode& item : list.items)
    if (auto value = bind_value(item, knob, diagnostics)) choices.push_back(std::move(*value));
  if (choices.size() != list.items.size()) return std::nullopt;
  return report(Distribution::make_categorical(std::move(choices)), list, diagnostics);
}

std::optional<Distribution> bind_any_bool(const DocNode& node, Diagnostics& diagnostics) {
  if (node.kind == DocNode::Kind::kScalar && node.scalar == "any")
    return report(Distribution::make_categorical({false, true}), node, diagnostics);
  diagnostics.error(node, "the only range of truth values is any", "write {bool: any}");
  return std::nullopt;
}

}  // namespace

std::optional<ParameterValue> bind_value(const DocNode& node, const KnobInfo* knob,
                                         Diagnostics& diagnostics) {
  if (node.kind == DocNode::Kind::kSequence) {
    diagnostics.error(node, "a parameter is one value or a range, got a list",
                      "to try several values, write {choice: […]}");
    return std::nullopt;
  }
  if (!knob) return read_scalar(node, diagnostics);
  switch (knob->kind) {
    case KnobInfo::Kind::kInt:
      return as_value(read_int(node, diagnostics, static_cast<int64_t>(knob->low),
                               static_cast<int64_t>(knob->high)));
    case KnobInfo::Kind::kFloat:
      return as_value(bind_float(node, *knob, diagnostics));
    case KnobInfo::Kind::kChoice:
      return bind_choice(node, *knob, diagnostics);
    case KnobInfo::Kind::kBool:
      return as_value(read_bool(node, diagnostics));
  }
  return std::nullopt;
}

std::optional<Distribution> bind_range(const DocNode& node, const KnobInfo* knob,
                                       Diagnostics& diagnostics) {
  const auto kind = range_kind(node, diagnostics);
  if (!kind) return std::nullopt;
  if (!kind_fits(*kind, knob)) {
    diagnostics.error(node, concat("'", knob->name, "' cannot have a range of kind ", *kind),
                      std::string(form_for(*knob)));
    return std::nullopt;
  }
  MapReader reader(&node, concat("a range of kind ", *kind), diagnostics);
  const DocNode& body = *reader.get(*kind);
  reader.get("when");  // bound by the caller, once all names are known
  std::optional<Distribution> range;
  if (*kind == "int" || *kind == "float") {
    bool log = false;
    reader.boolean("log", log);
    const DocNode* step = reader.get("step");
    range = *kind == "int" ? bind_int_range(node, body, log, step, knob, diagnostics)
                           : bind_float_range(node, body, log, step, knob, diagnostics);
  } else {
    range = *kind == "choice" ? bind_choices(body, knob, diagnostics)
                              : bind_any_bool(body, diagnostics);
  }
  reader.finish();
  return range;
}

}  // namespace foldmill::cli
