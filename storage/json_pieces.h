#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/distribution.h"
#include "core/parameter.h"
#include "core/result.h"
#include "core/text.h"

// What the JSON of storage is made of; for its own sources alone.
namespace foldmill::storage {

// Ordered: parameters keep the order of the study file.
using Json = nlohmann::ordered_json;

// Text that is not UTF-8 is repaired instead of thrown at: it is for people.
std::string dump(const Json& json);

Json write(const ParameterValue& value);
Json write(const std::vector<ParameterValue>& values);
Json write(const ParameterSet& set);
Json write(const Distribution& distribution);

template <class T>
Json write(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Thrown by the readers, as exceptions of the JSON library are; both end in parse_json().
struct Malformed {
  std::string what;
};

template <class T>
void read(const Json& json, const char* key, T& out) {
  if (const auto it = json.find(key); it != json.end()) it->get_to(out);
}

template <class T>
void read(const Json& json, const char* key, std::optional<T>& out) {
  if (const auto it = json.find(key); it != json.end() && !it->is_null()) out = it->get<T>();
}

template <class Enum>
void read_word(const Json& json, const char* key, std::optional<Enum> (*parse)(std::string_view),
               Enum& out) {
  const auto it = json.find(key);
  if (it == json.end()) return;
  const auto parsed = parse(it->get<std::string>());
  if (!parsed) throw Malformed{concat("'", key, "' is '", it->get<std::string>(), "'")};
  out = *parsed;
}

template <class T>
T checked(Result<T> result) {
  if (!result.ok()) throw Malformed{result.status().message()};
  return std::move(result).value();
}

// The value of a key that is there and not null; else nothing.
inline const Json* find_object(const Json& j, const char* key) {
  const auto it = j.find(key);
  return it == j.end() || it->is_null() ? nullptr : &*it;
}

std::vector<ParameterValue> read_values(const Json& json);
ParameterSet read_set(const Json& json);
Distribution read_distribution(const Json& json);

// The boundary where exceptions end: what is not as `read_value_from` wants it is data_loss.
template <class T, class Read>
Result<T> parse_json(const char* what, std::string_view text, Read read_value_from) {
  const auto malformed = [what](std::string_view why) {
    return data_loss(concat("the database holds a malformed ", what, ": ", why));
  };
  try {
    return read_value_from(Json::parse(text));
  } catch (const Malformed& e) {
    return malformed(e.what);
  } catch (const Json::exception& e) {
    return malformed(e.what());
  }
}

}  // namespace foldmill::storage
