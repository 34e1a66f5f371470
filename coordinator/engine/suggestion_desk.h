#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "core/parameter.h"

namespace foldmill::engine {

//              (1)             (2)
//   nothing --------> asked ---------> ready
//      ^                |                |
//      +----------------+----------------+   (3)
//
// (1) the sampler is asked for the next trial; at most one question of a study is out.
// (2) the answer came, and the history is still the one it was made from.
// (3) the answer came too late, or a ready one was used, outlived by the history, or is of other
//     fixed values than the next trial has to have.
//
// The next trial's parameters, made one ahead of need. A suggestion is only ever used with the very
// history it was made from, which is what makes a run on one slot repeatable to the bit.
class SuggestionDesk {
 public:
  void history_changed() {
    ++version_;
    ready_.reset();
  }
  uint64_t version() const { return version_; }

  bool wants_to_ask(const ParameterSet& fixed) const { return !asked_ && !ready(fixed); }
  void asked(ParameterSet fixed) {
    asked_ = version_;
    fixed_ = std::move(fixed);
    ready_.reset();
  }

  // Whether this answers the question that is out; it no longer is then.
  bool answers(uint64_t version) {
    if (asked_ != version) return false;
    asked_.reset();
    return true;
  }
  // Keeps an answer that was made from today's history.
  void keep(ParameterSet params) { ready_ = std::move(params); }

  bool ready(const ParameterSet& fixed) const { return ready_ && fixed_ == fixed; }
  ParameterSet take() { return *std::exchange(ready_, std::nullopt); }

 private:
  uint64_t version_ = 1;
  std::optional<uint64_t> asked_;  // the version that the question was made from
  ParameterSet fixed_;             // of the last question
  std::optional<ParameterSet> ready_;
};

}  // namespace foldmill::engine
