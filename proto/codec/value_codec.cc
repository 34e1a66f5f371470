#include "proto/codec/value_codec.h"

#include <cmath>
#include <set>

#include "core/text.h"

namespace foldmill::proto {

v1::ParameterValue encode(const ParameterValue& value) {
  v1::ParameterValue out;
  struct Visitor {
    v1::ParameterValue& out;
    void operator()(bool v) { out.set_bool_value(v); }
    void operator()(int64_t v) { out.set_int_value(v); }
    void operator()(double v) { out.set_double_value(v); }
    void operator()(const std::string& v) { out.set_string_value(v); }
  };
  std::visit(Visitor{out}, value);
  return out;
}

Result<ParameterValue> decode(const v1::ParameterValue& message) {
  switch (message.kind_case()) {
    case v1::ParameterValue::kBoolValue:
      return ParameterValue(message.bool_value());
    case v1::ParameterValue::kIntValue:
      return ParameterValue(int64_t{message.int_value()});
    case v1::ParameterValue::kDoubleValue:
      if (!std::isfinite(message.double_value()))
        return invalid_argument("a parameter's value must be finite");
      return ParameterValue(message.double_value());
    case v1::ParameterValue::kStringValue:
      return ParameterValue(message.string_value());
    case v1::ParameterValue::KIND_NOT_SET:
      break;
  }
  return invalid_argument("a parameter has no value");
}

void encode(const ParameterSet& set, ParameterList* out) {
  for (const auto& [name, value] : set) {
    v1::Parameter* parameter = out->Add();
    parameter->set_name(name);
    *parameter->mutable_value() = encode(value);
  }
}

Result<ParameterSet> decode(const ParameterList& list) {
  ParameterSet set;
  for (const v1::Parameter& parameter : list) {
    if (parameter.name().empty()) return invalid_argument("a parameter has no name");
    if (set.contains(parameter.name()))
      return invalid_argument(concat("parameter ", parameter.name(), " is given twice"));
    Result<ParameterValue> value = decode(parameter.value());
    if (!value.ok()) return value.status().with_context(parameter.name());
    set.set(parameter.name(), std::move(value).value());
  }
  return set;
}

Result<AttemptId> decode_attempt(int64_t id) {
  if (id < 1) return invalid_argument(concat("attempt ", id, ": attempts are numbered from 1"));
  return AttemptId(id);
}

v1::ArtifactRef encode(const ArtifactRef& artifact) {
  v1::ArtifactRef out;
  out.set_sha256(artifact.sha256);
  out.set_bytes(artifact.bytes);
  return out;
}

Result<ArtifactRef> decode(const v1::ArtifactRef& message) {
  if (!is_sha256_hex(message.sha256()))
    return invalid_argument("an artifact's digest must be 64 lower-case hex digits");
  if (message.bytes() < 0)
    return invalid_argument(concat("an artifact of ", message.bytes(), " bytes is impossible"));
  return ArtifactRef{message.sha256(), message.bytes()};
}

v1::Checkpoint encode(const Checkpoint& checkpoint) {
  v1::Checkpoint out;
  out.set_epoch(checkpoint.epoch);
  *out.mutable_artifact() = encode(checkpoint.artifact);
  return out;
}

Result<Checkpoint> decode(const v1::Checkpoint& message) {
  if (message.epoch() < 1)
    return invalid_argument(concat("checkpoint of epoch ", message.epoch(), ": epochs start at 1"));
  FOLDMILL_ASSIGN_OR_RETURN(ArtifactRef artifact, decode(message.artifact()));
  return Checkpoint{message.epoch(), std::move(artifact)};
}

void encode(const std::vector<std::pair<std::string, double>>& metrics, MetricList* out) {
  for (const auto& [name, value] : metrics) {
    v1::Metric* metric = out->Add();
    metric->set_name(name);
    metric->set_value(value);
  }
}

Result<std::vector<std::pair<std::string, double>>> decode(const MetricList& list) {
  std::vector<std::pair<std::string, double>> out;
  std::set<std::string> names;
  for (const v1::Metric& metric : list) {
    if (metric.name().empty()) return invalid_argument("a metric has no name");
    if (!names.insert(metric.name()).second)
      return invalid_argument(concat("metric ", metric.name(), " is given twice"));
    out.emplace_back(metric.name(), metric.value());
  }
  return out;
}

Result<double> decode_seconds(double seconds) {
  if (std::isfinite(seconds) && seconds >= 0) return seconds;
  return invalid_argument(concat("report of ", format_number(seconds), " seconds is impossible"));
}

StringMap encode(const std::map<std::string, std::string>& map) {
  return StringMap(map.begin(), map.end());
}

std::map<std::string, std::string> decode(const StringMap& map) { return {map.begin(), map.end()}; }

}  // namespace foldmill::proto
