#include "cli/study_file/scalar.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "cli/terminal/text_width.h"
#include "core/byte_size.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text;
}

size_t count_digits(std::string_view text) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

bool looks_like_integer(std::string_view text) {
  const std::string_view digits = without_sign(text);
  return !digits.empty() && count_digits(digits) == digits.size();
}

// [-+]? (digits [. digits?] | . digits) ([eE] [-+]? digits)?
bool looks_like_number(std::string_view text) {
  std::string_view rest = without_sign(text);
  const size_t whole = count_digits(rest);
  rest.remove_prefix(whole);
  size_t fraction = 0;
  if (!rest.empty() && rest[0] == '.') {
    fraction = count_digits(rest.substr(1));
    rest.remove_prefix(1 + fraction);
  }
  if (whole + fraction == 0) return false;
  if (rest.empty()) return true;
  return (rest[0] == 'e' || rest[0] == 'E') && looks_like_integer(rest.substr(1));
}

bool has_leading_zero(std::string_view text) {
  const std::string_view digits = without_sign(text);
  return digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]);
}

std::string without(std::string_view text, char unwanted) {
  std::string out(text);
  std::erase(out, unwanted);
  return out;
}

std::string without_leading_zeros(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view digits = without_sign(text);
  while (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) digits.remove_prefix(1);
  return concat(negative ? "-" : "", digits);
}

bool is_radix_integer(std::string_view text) {
  const std::string_view digits = without_sign(text);
  return digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'o') &&
         std::isxdigit(static_cast<unsigned char>(digits[2]));
}

bool is_special_number(std::string_view text) {
  const std::string word = lower(without_sign(text));
  return word == ".inf" || word == ".nan";
}

std::string quoted(std::string_view text) { return concat("\"", text, "\""); }

// The value `true` or `false` that other YAML readers see in `text`.
std::optional<std::string_view> yaml_1_1_bool(std::string_view text) {
  const std::string word = lower(text);
  if (word == "yes" || word == "on" || word == "true") return "true";
  if (word == "no" || word == "off" || word == "false") return "false";
  return std::nullopt;
}

// A plain scalar that is a trap: says so and returns true.
bool report_trap(const DocNode& node, Diagnostics& diagnostics) {
  const std::string_view text = node.scalar;
  const std::string or_text = concat(", or ", quoted(printable(text)), " if it is text");
  const auto trap = [&](std::string message, std::string hint) {
    diagnostics.error(node, std::move(message), std::move(hint));
    return true;
  };
  if (const auto value = yaml_1_1_bool(text))
    return trap(concat("'", text, "' is not a truth value here: only true and false are"),
                concat("write ", *value, or_text));
  if (is_radix_integer(text))
    return trap(concat("'", text, "' is not decimal"), concat("write it in decimal", or_text));
  if (is_special_number(text)) return trap(concat("'", text, "' is not a finite number"), "");
  if (text.find('_') != std::string_view::npos && looks_like_number(without(text, '_')))
    return trap(concat("underscores are not allowed in the number ", text),
                concat("write ", without(text, '_'), or_text));
  if (looks_like_number(text) && has_leading_zero(text))
    return trap(
        concat("the number ", text, " has a leading zero, which some readers take as octal"),
        concat("write ", without_leading_zeros(text), or_text));
  return false;
}

std::string shown(const DocNode& node) {
  if (node.kind != DocNode::Kind::kScalar) return std::string(describe_kind(node));
  const std::string text = truncate_to(printable(node.scalar), 40);
  return node.quoted ? concat("the string ", quoted(text)) : text;
}

std::string quote_hint(const DocNode& node) {
  if (!node.quoted || !looks_like_number(node.scalar)) return {};
  return concat("remove the quotes: ", node.scalar);
}

}  // namespace

std::optional<ParameterValue> read_scalar(const DocNode& node, Diagnostics& diagnostics) {
  if (node.kind == DocNode::Kind::kNull) {
    diagnostics.error(node, "a value is missing");
    return std::nullopt;
  }
  if (node.kind != DocNode::Kind::kScalar) {
    diagnostics.error(node, concat("a single value is expected, got ", describe_kind(node)));
    return std::nullopt;
  }
  if (node.quoted) return ParameterValue(node.scalar);
  if (node.scalar == "true" || node.scalar == "false") return ParameterValue(node.scalar == "true");
  if (report_trap(node, diagnostics)) return std::nullopt;
  const std::string digits(node.scalar.starts_with('+') ? node.scalar.substr(1) : node.scalar);
  if (looks_like_integer(node.scalar)) {
    if (const auto value = parse_int(digits)) return ParameterValue(*value);
    diagnostics.error(node, concat("the integer ", node.scalar, " does not fit into 64 bits"));
    return std::nullopt;
  }
  if (looks_like_number(node.scalar)) {
    const auto value = parse_double(digits);
    if (value && std::isfinite(*value)) return ParameterValue(*value);
    diagnostics.error(node, concat("the number ", node.scalar, " is too large"));
    return std::nullopt;
  }
  return ParameterValue(node.scalar);
}

std::optional<bool> read_bool(const DocNode& node, Diagnostics& diagnostics) {
  const auto value = read_scalar(node, diagnostics);
  if (!value) return std::nullopt;
  if (const bool* truth = std::get_if<bool>(&*value)) return *truth;
  diagnostics.error(node, concat("true or false is expected, got ", shown(node)));
  return std::nullopt;
}

std::optional<int64_t> read_int(const DocNode& node, Diagnostics& diagnostics, int64_t low,
                                int64_t high) {
  const auto value = read_scalar(node, diagnostics);
  if (!value) return std::nullopt;
  const int64_t* number = std::get_if<int64_t>(&*value);
  if (!number) {
    diagnostics.error(node, concat("an integer is expected, got ", shown(node)), quote_hint(node));
    return std::nullopt;
  }
  if (*number >= low && *number <= high) return *number;
  diagnostics.error(node, *number < low ? concat("must be at least ", low, ", got ", *number)
                                        : concat("must be at most ", high, ", got ", *number));
  return std::nullopt;
}

std::optional<double> read_number(const DocNode& node, Diagnostics& diagnostics) {
  const auto value = read_scalar(node, diagnostics);
  if (!value) return std::nullopt;
  if (!std::holds_alternative<bool>(*value))
    if (const auto number = as_double(*value)) return *number;
  diagnostics.error(node, concat("a number is expected, got ", shown(node)), quote_hint(node));
  return std::nullopt;
}

std::optional<std::string> read_text(const DocNode& node, Diagnostics& diagnostics) {
  if (!read_scalar(node, diagnostics)) return std::nullopt;
  return node.scalar;
}

std::optional<int64_t> parse_duration(std::string_view text) {
  int64_t seconds = 0;
  while (!text.empty()) {
    const size_t digits = count_digits(text);
    if (digits == 0 || digits > 9 || digits == text.size()) return std::nullopt;
    const int64_t amount = *parse_int(text.substr(0, digits));
    static constexpr std::string_view kUnits = "smhd";
    static constexpr int64_t kSeconds[] = {1, 60, 3600, 86400};
    const size_t unit = kUnits.find(text[digits]);
    if (unit == std::string_view::npos) return std::nullopt;
    seconds += amount * kSeconds[unit];
    text.remove_prefix(digits + 1);
  }
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

std::optional<int64_t> read_duration(const DocNode& node, Diagnostics& diagnostics) {
  const auto text = read_text(node, diagnostics);
  if (!text) return std::nullopt;
  if (const auto seconds = parse_duration(*text)) return seconds;
  diagnostics.error(node, concat("a duration is expected, got ", shown(node)),
                    "for example 90s, 30m, 8h or 1h30m");
  return std::nullopt;
}

std::optional<int64_t> read_size(const DocNode& node, Diagnostics& diagnostics) {
  const auto text = read_text(node, diagnostics);
  if (!text) return std::nullopt;
  if (const auto size = parse_byte_size(*text)) return size;
  diagnostics.error(node, concat("a size is expected, got ", shown(node)),
                    "for example 512MiB or 4GiB");
  return std::nullopt;
}

}  // namespace foldmill::cli
