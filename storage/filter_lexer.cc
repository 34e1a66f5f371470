#include "storage/filter_lexer.h"

#include <charconv>

#include "core/text.h"

namespace foldmill::storage {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word_part(char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<FilterToken>> run() {
    std::vector<FilterToken> tokens;
    while (true) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      FOLDMILL_ASSIGN_OR_RETURN(auto token, next());
      tokens.push_back(std::move(token));
      if (tokens.back().kind == FilterToken::Kind::kEnd) return tokens;
    }
  }

 private:
  using Kind = FilterToken::Kind;

  Result<FilterToken> next() {
    if (at_ == text_.size()) return FilterToken{Kind::kEnd, "", {}, at_ + 1};
    const char c = text_[at_];
    if (is_letter(c)) return word();
    if (c == '\'' || c == '"') return quoted(c);
    if (starts_number()) return number();
    return symbol();
  }

  FilterToken word() {
    const size_t start = at_;
    while (at_ < text_.size() && is_word_part(text_[at_])) ++at_;
    return {Kind::kWord, std::string(text_.substr(start, at_ - start)), {}, start + 1};
  }

  Result<FilterToken> quoted(char quote) {
    const size_t start = at_++;
    std::string value;
    while (at_ < text_.size()) {
      if (text_[at_] != quote) {
        value += text_[at_++];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == quote) {
        value += quote;
        at_ += 2;
      } else {
        ++at_;
        return FilterToken{Kind::kString, value, {}, start + 1};
      }
    }
    return filter_error(start + 1, "the string has no closing quote");
  }

  bool starts_number() const {
    const auto rest = text_.substr(at_);
    const size_t sign = rest[0] == '-' || rest[0] == '+' ? 1 : 0;
    const size_t point = rest.size() > sign && rest[sign] == '.' ? 1 : 0;
    return rest.size() > sign + point && is_digit(rest[sign + point]);
  }

  Result<FilterToken> number() {
    const size_t start = at_;
    if (text_[at_] == '+') ++at_;
    double value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc()) return filter_error(start + 1, "the number is out of range");
    const std::string_view digits(begin, static_cast<size_t>(end - begin));
    at_ += digits.size();
    const size_t unit_start = at_;
    while (at_ < text_.size() && is_word_part(text_[at_])) ++at_;
    const auto unit = text_.substr(unit_start, at_ - unit_start);
    FilterToken token{Kind::kNumber, std::string(text_.substr(start, at_ - start)), {}, start + 1};
    if (unit.empty()) {
      const auto integer = parse_int(digits);
      token.number = integer ? Cell(*integer) : Cell(value);
    } else if (const double seconds = seconds_of(unit); seconds > 0) {
      token.number = value * seconds;
    } else {
      return filter_error(start + 1, concat("'", token.text,
                                            "' is neither a number nor a duration (90s, 5m, 2h, "
                                            "1d); put a name that starts with a digit in quotes"));
    }
    return token;
  }

  static double seconds_of(std::string_view unit) {
    if (unit == "s") return 1;
    if (unit == "m") return 60;
    if (unit == "h") return 3600;
    if (unit == "d") return 86400;
    return 0;
  }

  Result<FilterToken> symbol() {
    const size_t start = at_;
    for (const std::string_view known :
         {"!=", "<=", ">=", "<>", "==", "=", "<", ">", "(", ")", ","})
      if (text_.substr(at_).starts_with(known)) {
        at_ += known.size();
        return FilterToken{Kind::kSymbol, std::string(known), {}, start + 1};
      }
    return filter_error(start + 1, concat("unexpected '", text_[at_], "'"));
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Status filter_error(size_t position, std::string_view what) {
  return invalid_argument(concat("filter, position ", position, ": ", what));
}

Result<std::vector<FilterToken>> tokenize_filter(std::string_view text) {
  return Lexer(text).run();
}

}  // namespace foldmill::storage
