#pragma once

#include <google/protobuf/map.h>
#include <google/protobuf/repeated_ptr_field.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/artifact.h"
#include "core/attempt.h"
#include "core/clock.h"
#include "core/parameter.h"
#include "core/result.h"
#include "foldmill/v1/study.pb.h"

// The small pieces that all messages are made of. Decoding checks: what passes is sound.
namespace foldmill::proto {

using ParameterList = google::protobuf::RepeatedPtrField<v1::Parameter>;
using MetricList = google::protobuf::RepeatedPtrField<v1::Metric>;
using StringMap = google::protobuf::Map<std::string, std::string>;

v1::ParameterValue encode(const ParameterValue& value);
Result<ParameterValue> decode(const v1::ParameterValue& message);  // refuses NaN and infinity

void encode(const ParameterSet& set, ParameterList* out);
Result<ParameterSet> decode(const ParameterList& list);  // refuses a name twice or empty

Result<AttemptId> decode_attempt(int64_t id);   // refuses what is below 1
Result<double> decode_seconds(double seconds);  // refuses negative ones, NaN and infinity

v1::ArtifactRef encode(const ArtifactRef& artifact);
Result<ArtifactRef> decode(const v1::ArtifactRef& message);

v1::Checkpoint encode(const Checkpoint& checkpoint);
Result<Checkpoint> decode(const v1::Checkpoint& message);

// Metrics may be NaN or infinite; names may be neither empty nor doubled.
void encode(const std::vector<std::pair<std::string, double>>& metrics, MetricList* out);
Result<std::vector<std::pair<std::string, double>>> decode(const MetricList& list);

StringMap encode(const std::map<std::string, std::string>& map);
std::map<std::string, std::string> decode(const StringMap& map);

inline int64_t encode(WallTime time) { return time.time_since_epoch().count(); }
inline WallTime decode_time(int64_t microseconds) {
  return WallTime(std::chrono::microseconds(microseconds));
}

// Applies `decode_one` to each message of a list and stops at the first failure.
template <class T, class List, class DecodeOne>
Result<std::vector<T>> decode_each(const List& list, DecodeOne decode_one) {
  std::vector<T> out;
  out.reserve(static_cast<size_t>(list.size()));
  for (const auto& message : list) {
    Result<T> item = decode_one(message);
    if (!item.ok()) return item.status();
    out.push_back(std::move(item).value());
  }
  return out;
}

}  // namespace foldmill::proto
