#include "worker/trainer/data/npy_header.h"

#include <charconv>
#include <set>

#include "core/text.h"
#include "worker/trainer/data/data_error.h"

namespace foldmill::trainer {
namespace {

class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::filesystem::path& where)
      : rest_(text), where_(where) {}

  NpyHeader parse() {
    NpyHeader header;
    std::set<std::string> seen;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      read_value(key, header);
      if (!seen.insert(key).second) fail(concat("key '", key, "' stands there twice"));
      if (accept('}')) break;
      expect(',');
    }
    skip_space();
    if (!rest_.empty()) fail("text follows the dictionary");
    if (seen.size() != 3) fail("one of descr, fortran_order and shape is missing");
    return header;
  }

 private:
  [[noreturn]] void fail(std::string_view why) const {
    fail_data(where_, concat("has an NPY header that cannot be read: ", why));
  }

  void skip_space() {
    const size_t begin = rest_.find_first_not_of(" \n\t");
    rest_.remove_prefix(begin == std::string_view::npos ? rest_.size() : begin);
  }

  bool accept(std::string_view word) {
    skip_space();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool accept(char sign) { return accept(std::string_view(&sign, 1)); }
  void expect(char sign) {
    if (!accept(sign)) fail(concat("'", sign, "' is missing"));
  }

  std::string quoted() {
    skip_space();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote != '\'' && quote != '"') fail("a text in quotes is missing");
    const size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) fail("a quote is not closed");
    const std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  bool boolean() {
    if (accept("True")) return true;
    if (accept("False")) return false;
    fail("fortran_order is neither True nor False");
  }

  int64_t integer() {
    skip_space();
    int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || value < 0) fail("a size of the shape is no number");
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }

  std::vector<int64_t> tuple() {
    std::vector<int64_t> values;
    expect('(');
    while (!accept(')')) {
      values.push_back(integer());
      if (accept(')')) break;
      expect(',');
    }
    return values;
  }

  void read_value(const std::string& key, NpyHeader& header) {
    if (key == "descr") {
      if (accept('['))
        fail_data(where_,
                  "holds records of several fields; save each field as an array of its own");
      header.descr = quoted();
    } else if (key == "fortran_order") {
      header.fortran_order = boolean();
    } else if (key == "shape") {
      header.shape = tuple();
    } else {
      fail(concat("'", key, "' is not known"));
    }
  }

  std::string_view rest_;
  const std::filesystem::path& where_;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::filesystem::path& where) {
  return HeaderParser(text, where).parse();
}

}  // namespace foldmill::trainer
