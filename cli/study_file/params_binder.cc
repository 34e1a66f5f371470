#include "cli/study_file/params_binder.h"

#include <algorithm>

#include "cli/study_file/map_reader.h"
#include "cli/study_file/range_binder.h"
#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

std::string model_title(const ModelSpec& model) {
  if (model.variant.empty()) return concat("'", model.type, "'");
  return concat("'", model.type, "' (",
                model.encoder ? std::string("its encoder is given") : model.variant, ")");
}

class ParamsBinder {
 public:
  ParamsBinder(StudySpec& spec, Diagnostics& diagnostics)
      : spec_(spec), diagnostics_(diagnostics), knobs_(knobs_of(spec.model)) {
    for (const KnobInfo& knob : knobs_) knob_names_.emplace_back(knob.name);
  }

  void bind(const DocNode& params) {
    for (const DocEntry& entry : params.entries) bind_entry(entry);
  }

  void add_defaults(const DocNode& place) {
    for (const KnobInfo& knob : knobs_) {
      if (is_named(knob.name)) continue;
      if (!knob.required)
        spec_.constants.set(std::string(knob.name), knob.fallback);
      else
        diagnostics_.error(place, concat("'", knob.name, "' is missing under params: ", knob.help));
    }
  }

  // Once every name is known: conditions, then the space as a whole.
  void finish() {
    for (Searched& searched : searched_) bind_conditions(searched);
    if (!diagnostics_.ok()) return;
    std::vector<SearchParameter> parameters;
    for (const Searched& searched : searched_) parameters.push_back(searched.parameter);
    auto space = SearchSpace::create(std::move(parameters), spec_.constants);
    if (space.ok())
      spec_.space = std::move(space).value();
    else
      report_space(space.status().message());
  }

 private:
  struct Searched {
    SearchParameter parameter;
    const DocEntry* entry;
  };

  bool is_named(std::string_view name) const {
    return std::any_of(names_.begin(), names_.end(), [&](const auto& n) { return n == name; });
  }

  // Null when any name will do; nothing when the name is unknown, which is then reported.
  std::optional<const KnobInfo*> find_knob(const DocNode& key) {
    if (knobs_.empty()) return nullptr;
    for (const KnobInfo& knob : knobs_)
      if (knob.name == key.scalar) return &knob;
    diagnostics_.error(key,
                       concat("'", printable(key.scalar), "' is not a parameter of model ",
                              model_title(spec_.model)),
                       suggestion(key.scalar, knob_names_),
                       {concat("its parameters: ", join(knob_names_, ", "))});
    return std::nullopt;
  }

  void bind_entry(const DocEntry& entry) {
    names_.push_back(entry.key.scalar);
    const auto knob = find_knob(entry.key);
    if (!knob) return;
    if (entry.value.kind == DocNode::Kind::kMap) {
      if (auto range = bind_range(entry.value, *knob, diagnostics_))
        searched_.push_back({{entry.key.scalar, std::move(*range), {}}, &entry});
    } else if (auto value = bind_value(entry.value, *knob, diagnostics_)) {
      spec_.constants.set(entry.key.scalar, std::move(*value));
    }
  }

  void bind_conditions(Searched& searched) {
    const DocNode* when = searched.entry->value.find("when");
    if (!when) return;
    if (when->kind != DocNode::Kind::kMap || when->entries.empty()) {
      diagnostics_.error(*when, "'when' must name a parameter and its values",
                         "for example when: {optimizer: sgd}");
      return;
    }
    for (const DocEntry& entry : when->entries) bind_condition(entry, searched.parameter);
  }

  void bind_condition(const DocEntry& entry, SearchParameter& parameter) {
    if (!is_named(entry.key.scalar) && !spec_.constants.contains(entry.key.scalar)) {
      diagnostics_.error(entry.key,
                         concat("'when' names '", printable(entry.key.scalar),
                                "', which is not a parameter of this study"),
                         suggestion(entry.key.scalar, names_));
      return;
    }
    Condition condition{entry.key.scalar, {}};
    if (entry.value.kind == DocNode::Kind::kSequence) {
      for (const DocNode& item : entry.value.items) add_value(item, condition);
      if (entry.value.items.empty())
        diagnostics_.error(entry.value, "the list of values is empty",
                           "remove it, or name a value");
    } else {
      add_value(entry.value, condition);
    }
    parameter.when.push_back(std::move(condition));
  }

  void add_value(const DocNode& node, Condition& condition) {
    if (auto value = read_scalar(node, diagnostics_)) condition.any_of.push_back(std::move(*value));
  }

  // The space's message names parameters but knows no places: it is shown at the first conditional
  // parameter that it names.
  void report_space(const std::string& message) {
    for (const Searched& searched : searched_) {
      const DocNode* when = searched.entry->value.find("when");
      if (!when || message.find(searched.parameter.name) == std::string::npos) continue;
      diagnostics_.error(*when, message);
      return;
    }
    diagnostics_.error(searched_.front().entry->key, message);
  }

  StudySpec& spec_;
  Diagnostics& diagnostics_;
  const std::vector<KnobInfo>& knobs_;
  std::vector<std::string> knob_names_;
  std::vector<std::string> names_;  // as the file names them
  std::vector<Searched> searched_;
};

const KnobInfo* knob_named(const ModelSpec& model, std::string_view name) {
  for (const KnobInfo& knob : knobs_of(model))
    if (knob.name == name) return &knob;
  return nullptr;
}

void bind_point_value(const DocEntry& entry, const StudySpec& spec, ParameterSet& point,
                      Diagnostics& diagnostics) {
  const std::string& name = entry.key.scalar;
  const auto index = spec.space.index_of(name);
  if (!index) {
    std::vector<std::string> names;
    for (const SearchParameter& parameter : spec.space.parameters())
      names.push_back(parameter.name);
    diagnostics.error(entry.key, concat("'", printable(name), "' is not a searched parameter"),
                      suggestion(name, names), {concat("searched: ", join(names, ", "))});
    return;
  }
  auto value = bind_value(entry.value, knob_named(spec.model, name), diagnostics);
  if (!value) return;
  const Distribution& distribution = spec.space.parameters()[*index].distribution;
  if (distribution.contains(*value))
    point.set(name, std::move(*value));
  else
    diagnostics.error(entry.value,
                      concat("outside the range of '", name, "': ", distribution.describe()));
}

}  // namespace

void bind_params(const DocNode* node, const DocNode& root, StudySpec& spec,
                 Diagnostics& diagnostics) {
  MapReader reader(node, "params", diagnostics);  // reports what is not a map
  ParamsBinder binder(spec, diagnostics);
  if (node && node->kind == DocNode::Kind::kMap) binder.bind(*node);
  binder.add_defaults(node ? *node : root);
  binder.finish();
}

void bind_enqueue(const DocNode& node, StudySpec& spec, Diagnostics& diagnostics) {
  if (node.kind != DocNode::Kind::kSequence) {
    diagnostics.error(node, concat("'enqueue' must be a list of points, got ", describe_kind(node)),
                      "write enqueue: [{lr: 1e-3}]");
    return;
  }
  for (const DocNode& item : node.items) {
    if (item.kind != DocNode::Kind::kMap) {
      diagnostics.error(item, concat("a point must be a map, got ", describe_kind(item)));
      continue;
    }
    spec.enqueue.push_back(bind_point(item, spec, diagnostics));
  }
}

ParameterSet bind_point(const DocNode& map, const StudySpec& spec, Diagnostics& diagnostics) {
  ParameterSet point;
  for (const DocEntry& entry : map.entries) bind_point_value(entry, spec, point, diagnostics);
  return point;
}

}  // namespace foldmill::cli
