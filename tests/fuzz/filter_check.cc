// What users write behind --where and --sort.

#include "storage/filter.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/text.h"
#include "tests/fuzz/checks.h"

namespace foldmill::fuzz {
namespace {

// A user's text must never be SQL: values are bound, and what is emitted is whole.
std::string judge(const storage::SqlFragment& sql) {
  const auto marks = std::count(sql.text.begin(), sql.text.end(), '?');
  if (marks != static_cast<std::ptrdiff_t>(sql.values.size()))
    return concat(marks, " question marks for ", sql.values.size(), " values in ", sql.text);
  int64_t open = 0;
  for (const char sign : sql.text) {
    open += sign == '(' ? 1 : sign == ')' ? -1 : 0;
    if (open < 0) break;
  }
  if (open != 0) return "parentheses that do not match in " + sql.text;
  if (sql.text.find(';') != std::string::npos || sql.text.find("--") != std::string::npos)
    return "more than an expression: " + sql.text;
  return {};
}

template <class Value>
std::string judge_refusal(const Result<Value>& result) {
  return result.status().message().empty() ? "refused without a word" : std::string();
}

}  // namespace

std::string check_filter(std::span<const uint8_t> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  const std::vector<std::string> parameters = {"lr", "filters_1", "odd name; --"};
  const auto where = storage::compile_filter(text, parameters);
  if (std::string wrong = where.ok() ? judge(*where) : judge_refusal(where); !wrong.empty())
    return wrong;
  const auto keys = storage::compile_sort(text, parameters);
  if (!keys.ok()) return judge_refusal(keys);
  for (const storage::SortKey& key : *keys)
    if (std::string wrong = judge(key.expression); !wrong.empty()) return wrong;
  return {};
}

}  // namespace foldmill::fuzz
