#include "storage/filter.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "core/text.h"
#include "core/trial.h"
#include "storage/filter_lexer.h"
#include "storage/sqlite/trial_expressions.h"

namespace foldmill::storage {

namespace {

constexpr int kMaxDepth = 100;  // of parentheses and `not`; SQLite itself gives up at 1000

// What a field may be compared with besides numbers and free text.
enum class Words { kNone, kTrialState, kEndCause };

struct Field {
  std::string_view name;
  std::string_view sql;
  Words words = Words::kNone;
};

constexpr Field kFields[] = {
    {"number", "t.number"},
    {"state", "t.state", Words::kTrialState},
    {"value", "t.value"},
    {"estimated", "t.estimated"},
    {"fold_std", kFoldStd},
    {"fold_error", kFoldError},
    {"epochs", kTrialEpochs},
    {"duration", "(max(t.ended - t.created, 0) / 1e6)"},
    {"worker",
     "(SELECT w.name FROM attempt a JOIN worker w ON w.id = a.worker WHERE a.study = t.study"
     " AND a.trial = t.number ORDER BY a.id DESC LIMIT 1)"},
    {"pruned_at", "t.pruned_epoch"},
    {"cause", "t.cause", Words::kEndCause},
    {"violation", "t.violation"},
};

// A parameter may be called like a field: then this in front of its name reaches it.
constexpr std::string_view kParameterPrefix = "params.";

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::string> words_of(Words words) {
  std::vector<std::string> all;
  if (words == Words::kTrialState)
    for (int i = 0; i <= static_cast<int>(TrialState::kCancelled); ++i)
      all.emplace_back(to_string(static_cast<TrialState>(i)));
  if (words == Words::kEndCause)
    for (int i = 0; i <= static_cast<int>(EndCause::kStalled); ++i)
      all.emplace_back(to_string(static_cast<EndCause>(i)));
  return all;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const auto near = closest_match(word, candidates);
  return near ? concat("; did you mean '", *near, "'?")
              : concat("; there are: ", join(candidates, ", "));
}

struct ResolvedField {
  SqlFragment sql;
  Words words = Words::kNone;
};

Result<ResolvedField> resolve_field(const std::string& name, size_t position,
                                    const std::vector<std::string>& parameters) {
  for (const Field& field : kFields)
    if (field.name == name) return ResolvedField{{std::string(field.sql), {}}, field.words};
  const std::string parameter =
      name.starts_with(kParameterPrefix) ? name.substr(kParameterPrefix.size()) : name;
  if (std::ranges::find(parameters, parameter) != parameters.end())
    return ResolvedField{{"(SELECT p.value FROM trial_parameter p WHERE p.study = t.study"
                          " AND p.trial = t.number AND p.name = ?)",
                          {parameter}},
                         Words::kNone};
  std::vector<std::string> known;
  for (const Field& field : kFields) known.emplace_back(field.name);
  known.insert(known.end(), parameters.begin(), parameters.end());
  return filter_error(position, concat("there is no field '", name, "'", suggestion(name, known)));
}

class Parser {
 public:
  Parser(std::vector<FilterToken> tokens, const std::vector<std::string>& parameters)
      : tokens_(std::move(tokens)), parameters_(parameters) {}

  Result<SqlFragment> parse() {
    FOLDMILL_RETURN_IF_ERROR(parse_or());
    if (peek().kind != Kind::kEnd) return unexpected("'and', 'or' or the end");
    return std::move(out_);
  }

 private:
  using Kind = FilterToken::Kind;

  Status parse_or() {
    FOLDMILL_RETURN_IF_ERROR(parse_and());
    while (take_word("or")) {
      emit(" OR ");
      FOLDMILL_RETURN_IF_ERROR(parse_and());
    }
    return ok_status();
  }

  Status parse_and() {
    FOLDMILL_RETURN_IF_ERROR(parse_not());
    while (take_word("and")) {
      emit(" AND ");
      FOLDMILL_RETURN_IF_ERROR(parse_not());
    }
    return ok_status();
  }

  Status parse_not() {
    if (++depth_ > kMaxDepth) return filter_error(peek().position, "nested too deeply");
    const Status status = take_word("not") ? parse_negated() : parse_primary();
    --depth_;
    return status;
  }

  Status parse_negated() {
    emit("NOT (");
    FOLDMILL_RETURN_IF_ERROR(parse_not());
    emit(")");
    return ok_status();
  }

  Status parse_primary() {
    if (!take_symbol("(")) return parse_test();
    emit("(");
    FOLDMILL_RETURN_IF_ERROR(parse_or());
    if (!take_symbol(")")) return unexpected("')'");
    emit(")");
    return ok_status();
  }

  Status parse_test() {
    const FilterToken name = peek();
    if (name.kind != Kind::kWord && name.kind != Kind::kString) return unexpected("a field");
    ++at_;
    FOLDMILL_ASSIGN_OR_RETURN(field_, resolve_field(name.text, name.position, parameters_));
    emit(field_.sql.text);
    out_.values.insert(out_.values.end(), field_.sql.values.begin(), field_.sql.values.end());
    return parse_predicate();
  }

  Status parse_predicate() {
    if (take_word("is")) return parse_is_null();
    const bool negated = take_word("not");
    if (take_word("in")) return parse_in(negated);
    if (take_word("like")) {
      emit(negated ? " NOT LIKE " : " LIKE ");
      return parse_value(Words::kNone);
    }
    if (negated) return unexpected("'in' or 'like'");
    if (peek().kind != Kind::kSymbol || peek().text == "(" || peek().text == ")" ||
        peek().text == ",")
      return unexpected("a comparison (= != < <= > >= in like is)");
    emit(concat(" ", tokens_[at_++].text, " "));
    return parse_value(field_.words);
  }

  Status parse_is_null() {
    const bool negated = take_word("not");
    if (!take_word("null")) return unexpected("'null'");
    emit(negated ? " IS NOT NULL" : " IS NULL");
    return ok_status();
  }

  Status parse_in(bool negated) {
    if (!take_symbol("(")) return unexpected("'('");
    emit(negated ? " NOT IN (" : " IN (");
    do {
      FOLDMILL_RETURN_IF_ERROR(parse_value(field_.words));
      if (peek().text == "," && peek().kind == Kind::kSymbol) emit(", ");
    } while (take_symbol(","));
    if (!take_symbol(")")) return unexpected("',' or ')'");
    emit(")");
    return ok_status();
  }

  Status parse_value(Words words) {
    const FilterToken& token = peek();
    if (token.kind == Kind::kNumber) {
      out_.values.push_back(token.number);
    } else if (token.kind == Kind::kWord || token.kind == Kind::kString) {
      FOLDMILL_ASSIGN_OR_RETURN(Cell cell, text_value(token, words));
      out_.values.push_back(std::move(cell));
    } else {
      return unexpected("a value");
    }
    emit("?");
    ++at_;
    return ok_status();
  }

  // A word of a closed set may be shortened while it is unique; bare true and false are values of
  // boolean parameters.
  static Result<Cell> text_value(const FilterToken& token, Words words) {
    if (words == Words::kNone) {
      if (token.kind == Kind::kWord && token.text == "true") return Cell(int64_t{1});
      if (token.kind == Kind::kWord && token.text == "false") return Cell(int64_t{0});
      return Cell(token.text);
    }
    std::vector<std::string> matches;
    const auto all = words_of(words);
    for (const auto& word : all) {
      if (word == token.text) return Cell(word);
      if (word.starts_with(token.text)) matches.push_back(word);
    }
    if (matches.size() == 1) return Cell(matches.front());
    return filter_error(token.position,
                        concat("'", token.text, "' is not one of the known words",
                               suggestion(token.text, matches.empty() ? all : matches)));
  }

  Status unexpected(std::string_view wanted) const {
    const FilterToken& token = peek();
    return filter_error(
        token.position,
        concat("expected ", wanted, ", found ",
               token.kind == Kind::kEnd ? "the end" : concat("'", token.text, "'")));
  }

  const FilterToken& peek() const { return tokens_[at_]; }
  bool take(bool matches) {
    if (matches) ++at_;
    return matches;
  }
  bool take_word(std::string_view word) {
    return take(peek().kind == Kind::kWord && lower(peek().text) == word);
  }
  bool take_symbol(std::string_view symbol) {
    return take(peek().kind == Kind::kSymbol && peek().text == symbol);
  }
  void emit(std::string_view sql) { out_.text += sql; }

  std::vector<FilterToken> tokens_;
  const std::vector<std::string>& parameters_;
  size_t at_ = 0;
  int depth_ = 0;
  ResolvedField field_;
  SqlFragment out_;
};

}  // namespace

Result<SqlFragment> compile_filter(std::string_view where,
                                   const std::vector<std::string>& parameters) {
  FOLDMILL_ASSIGN_OR_RETURN(auto tokens, tokenize_filter(where));
  return Parser(std::move(tokens), parameters).parse();
}

Result<std::vector<SortKey>> compile_sort(std::string_view sort,
                                          const std::vector<std::string>& parameters) {
  std::vector<SortKey> keys;
  size_t start = 0;
  while (start < sort.size()) {
    const size_t end = std::min(sort.find(',', start), sort.size());
    SortKey key;
    key.descending = sort[start] == '-';
    const size_t name = start + (key.descending ? 1 : 0);
    FOLDMILL_ASSIGN_OR_RETURN(auto field, resolve_field(std::string(sort.substr(name, end - name)),
                                                        name + 1, parameters));
    key.expression = std::move(field.sql);
    keys.push_back(std::move(key));
    start = end + 1;
  }
  return keys;
}

}  // namespace foldmill::storage
