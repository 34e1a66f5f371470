#include "storage/sqlite/page_token.h"

#include <nlohmann/json.hpp>

#include "core/sha256.h"
#include "core/text.h"

namespace foldmill::storage {

namespace {

using Json = nlohmann::json;

// Text, because JSON has no infinities: n, i12, r0.5, tadam.
struct CellText {
  std::string operator()(std::monostate) const { return "n"; }
  std::string operator()(int64_t v) const { return concat("i", v); }
  std::string operator()(double v) const { return concat("r", format_number(v)); }
  std::string operator()(const std::string& v) const { return concat("t", v); }
};

std::optional<Cell> parse_cell(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const auto text = json.get<std::string>();
  const std::string rest = text.empty() ? "" : text.substr(1);
  switch (text.empty() ? '\0' : text[0]) {
    case 'n':
      return Cell(std::monostate());
    case 'i':
      if (const auto v = parse_int(rest)) return Cell(*v);
      return std::nullopt;
    case 'r':
      if (const auto v = parse_double(rest)) return Cell(*v);
      return std::nullopt;
    case 't':
      return Cell(rest);
    default:
      return std::nullopt;
  }
}

std::string fingerprint(const std::string& question) { return sha256_hex(question).substr(0, 12); }

}  // namespace

std::string make_page_token(const std::string& question, const std::vector<Cell>& position) {
  Json json = Json::array({fingerprint(question)});
  for (const Cell& cell : position) json.push_back(std::visit(CellText{}, cell));
  return json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

std::optional<std::vector<Cell>> parse_page_token(const std::string& question,
                                                  const std::string& token, size_t cells) {
  const Json json = Json::parse(token, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array() || json.size() != cells + 1 || json[0] != fingerprint(question))
    return std::nullopt;
  std::vector<Cell> position;
  for (size_t i = 1; i < json.size(); ++i) {
    auto cell = parse_cell(json[i]);
    if (!cell) return std::nullopt;
    position.push_back(std::move(*cell));
  }
  return position;
}

}  // namespace foldmill::storage
