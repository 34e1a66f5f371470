#include "core/parameter.h"

#include <algorithm>

#include "core/text.h"

namespace foldmill {
namespace {

struct ToString {
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const { return format_number(v); }
  std::string operator()(const std::string& v) const { return v; }
};

struct AsDouble {
  std::optional<double> operator()(bool v) const { return v ? 1.0 : 0.0; }
  std::optional<double> operator()(int64_t v) const { return static_cast<double>(v); }
  std::optional<double> operator()(double v) const { return v; }
  std::optional<double> operator()(const std::string&) const { return std::nullopt; }
};

bool is_number(const ParameterValue& value) {
  return std::holds_alternative<int64_t>(value) || std::holds_alternative<double>(value);
}

template <class T>
std::optional<T> get(const ParameterValue* value) {
  if (value != nullptr)
    if (const T* typed = std::get_if<T>(value)) return *typed;
  return std::nullopt;
}

}  // namespace

std::string to_string(const ParameterValue& value) { return std::visit(ToString{}, value); }

std::optional<double> as_double(const ParameterValue& value) {
  return std::visit(AsDouble{}, value);
}

bool equivalent(const ParameterValue& a, const ParameterValue& b) {
  if (a.index() != b.index() && is_number(a) && is_number(b)) return as_double(a) == as_double(b);
  return a == b;
}

void ParameterSet::set(std::string name, ParameterValue value) {
  auto entry = std::find_if(entries_.begin(), entries_.end(),
                            [&](const Entry& e) { return e.first == name; });
  if (entry != entries_.end())
    entry->second = std::move(value);
  else
    entries_.emplace_back(std::move(name), std::move(value));
}

const ParameterValue* ParameterSet::find(std::string_view name) const {
  for (const auto& [key, value] : entries_)
    if (key == name) return &value;
  return nullptr;
}

std::optional<double> ParameterSet::get_double(std::string_view name) const {
  const ParameterValue* value = find(name);
  return value != nullptr && is_number(*value) ? as_double(*value) : std::nullopt;
}

std::optional<int64_t> ParameterSet::get_int(std::string_view name) const {
  return get<int64_t>(find(name));
}

std::optional<std::string> ParameterSet::get_string(std::string_view name) const {
  return get<std::string>(find(name));
}

std::optional<bool> ParameterSet::get_bool(std::string_view name) const {
  return get<bool>(find(name));
}

}  // namespace foldmill
