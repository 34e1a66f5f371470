#include "core/asked_trial.h"

#include <algorithm>

#include "core/enum_names.h"
#include "core/text.h"

namespace foldmill {
namespace {

constexpr EnumNames<ResultKind, 4> kResultKinds{{{ResultKind::kCompleted, "completed"},
                                                 {ResultKind::kPruned, "pruned"},
                                                 {ResultKind::kFailed, "failed"},
                                                 {ResultKind::kReleased, "released"}}};

constexpr size_t kMaxNameBytes = 128;
constexpr Milliseconds kShortestLease{1'000};
constexpr Milliseconds kLongestLease{30LL * 86'400'000};

Status check_word(std::string_view what, const std::string& word) {
  if (word.empty()) return invalid_argument(concat(what, " is missing"));
  if (word.size() > kMaxNameBytes)
    return invalid_argument(
        concat(what, " has ", word.size(), " bytes, more than ", kMaxNameBytes));
  const bool printable = std::none_of(word.begin(), word.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  return printable ? ok_status() : invalid_argument(concat(what, " holds a control character"));
}

}  // namespace

Status TrialRequest::validate() const {
  FOLDMILL_RETURN_IF_ERROR(check_word("the study's name", study));
  FOLDMILL_RETURN_IF_ERROR(check_word("the asker's key", key));
  FOLDMILL_RETURN_IF_ERROR(check_word("the asker's name", holder));
  if (lease >= kShortestLease && lease <= kLongestLease) return ok_status();
  return invalid_argument(
      concat("a lease of ", lease.count(), " ms: it must be between 1 s and 30 days"));
}

bool extends_queue(const std::vector<ParameterSet>& queue, const std::vector<ParameterSet>& file) {
  return file.size() <= queue.size() && std::equal(file.begin(), file.end(), queue.begin());
}

std::string_view to_string(ResultKind v) { return name_in(kResultKinds, v); }

std::optional<ResultKind> parse_result_kind(std::string_view text) {
  return value_in(kResultKinds, text);
}

}  // namespace foldmill
