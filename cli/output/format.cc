#include "cli/output/format.h"

#include <cmath>
#include <cstdio>
#include <ctime>

#include "core/text.h"

namespace foldmill::cli {

std::string short_number(double value) {
  if (!std::isfinite(value)) return format_number(value);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.4g", value);
  return buffer;
}

std::string short_number(const std::optional<double>& value) {
  return value ? short_number(*value) : std::string();
}

std::string describe_p_value(double p) {
  if (p < 1e-4) return "p < 0.0001";
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "p = %.2g", p);
  return buffer;
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "?";
  char buffer[48];
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (seconds < 9.95)
    std::snprintf(buffer, sizeof buffer, "%.1fs", seconds);
  else if (whole < 60)
    std::snprintf(buffer, sizeof buffer, "%llds", whole);
  else if (whole < 3600)
    std::snprintf(buffer, sizeof buffer, "%lldm%02llds", whole / 60, whole % 60);
  else if (whole < 86400)
    std::snprintf(buffer, sizeof buffer, "%lldh%02lldm", whole / 3600, whole / 60 % 60);
  else
    std::snprintf(buffer, sizeof buffer, "%lldd%02lldh", whole / 86400, whole / 3600 % 24);
  return buffer;
}

std::string format_time(WallTime time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char buffer[32];
  std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return buffer;
}

std::string shell_command(const std::vector<std::string>& words) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-";
  std::vector<std::string> quoted;
  for (const std::string& word : words) {
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      quoted.push_back(word);
      continue;
    }
    std::string& out = quoted.emplace_back("'");
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    out += '\'';
  }
  return join(quoted, " ");
}

std::string describe_params(const ParameterSet& params) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : params) {
    const double* number = std::get_if<double>(&value);
    parts.push_back(concat(name, " ", number ? short_number(*number) : to_string(value)));
  }
  return join(parts, "  ");
}

Json json_number(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json json_number(const std::optional<double>& value) {
  return value ? json_number(*value) : Json(nullptr);
}

Json json_value(const ParameterValue& value) {
  if (const double* number = std::get_if<double>(&value)) return json_number(*number);
  if (const int64_t* number = std::get_if<int64_t>(&value)) return *number;
  if (const bool* truth = std::get_if<bool>(&value)) return *truth;
  return std::get<std::string>(value);
}

Json json_params(const ParameterSet& params) {
  Json out = Json::object();
  for (const auto& [name, value] : params) out[name] = json_value(value);
  return out;
}

Json json_time(const std::optional<WallTime>& time) {
  return time ? Json(format_time(*time)) : Json(nullptr);
}

Json json_cell(const Cell& cell) {
  if (const int64_t* number = std::get_if<int64_t>(&cell)) return *number;
  if (const double* number = std::get_if<double>(&cell)) return json_number(*number);
  if (const std::string* text = std::get_if<std::string>(&cell)) return *text;
  return nullptr;
}

std::string cell_text(const Cell& cell) {
  if (const int64_t* number = std::get_if<int64_t>(&cell)) return std::to_string(*number);
  if (const double* number = std::get_if<double>(&cell)) return format_number(*number);
  if (const std::string* text = std::get_if<std::string>(&cell)) return *text;
  return {};
}

std::string table_text(const Cell& cell) {
  const double* number = std::get_if<double>(&cell);
  if (!number || !std::isfinite(*number)) return cell_text(cell);
  // The whole part is never rounded away: a time of day in seconds has ten digits.
  const double size = std::abs(*number);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, size >= 1e6 && size < 1e15 ? "%.0f" : "%.6g", *number);
  return buffer;
}

}  // namespace foldmill::cli
