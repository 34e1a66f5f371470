#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace foldmill {

// One value of one parameter. A categorical choice may be of any of the four types.
using ParameterValue = std::variant<bool, int64_t, double, std::string>;

// "true", "12", "0.001", "adam".
std::string to_string(const ParameterValue& value);

// As a number: bools are 0 and 1, strings have none.
std::optional<double> as_double(const ParameterValue& value);

// Equal as a person means it: the integer 1 equals the float 1.0; otherwise types must agree.
bool equivalent(const ParameterValue& a, const ParameterValue& b);

// One sampled point: named values in the order they were set. Small (tens of entries), so look-up
// is a scan. A value type.
class ParameterSet {
 public:
  using Entry = std::pair<std::string, ParameterValue>;

  ParameterSet() = default;
  ParameterSet(std::initializer_list<Entry> entries) : entries_(entries) {}

  // Replaces the value if the name is there, else appends.
  void set(std::string name, ParameterValue value);
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  const ParameterValue* find(std::string_view name) const;  // null when absent

  // Typed look-ups; nothing when absent or of another type (an integer serves as a double).
  std::optional<double> get_double(std::string_view name) const;
  std::optional<int64_t> get_int(std::string_view name) const;
  std::optional<std::string> get_string(std::string_view name) const;
  std::optional<bool> get_bool(std::string_view name) const;

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  friend bool operator==(const ParameterSet&, const ParameterSet&) = default;

 private:
  std::vector<Entry> entries_;
};

}  // namespace foldmill
