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
// (2) the answer came, and the history is still the one it was made from, or was that when a slot
//     began to wait for it.
// (3) the answer came too late, or a ready one was used, outlived by the history, or is of other
//     fixed values than the next trial has to have.
//
// The next trial's parameters, made one ahead of need. A suggestion that is made ahead is only ever
// used with the very history it was made from, which is what makes a run on one slot repeatable to
// the bit. One that a slot waits for is used at once when it comes, or not at all: where many slots
// end their trials, the history would always be a newer one, and no trial would ever begin.
class SuggestionDesk {
 public:
  void history_changed() {
    ++version_;
    ready_.reset();
  }
  uint64_t version() const { return version_; }

  bool wants_to_ask(const ParameterSet& fixed) const { return !asked_ && !ready(fixed); }
  // `awaited`: a slot waits for the answer.
  void asked(ParameterSet fixed, bool awaited) {
    asked_ = version_;
    awaited_ = awaited;
    fixed_ = std::move(fixed);
    ready_.reset();
  }

  // Whether this answers the question that is out; it no longer is then.
  bool answers(uint64_t version) {
    if (asked_ != version) return false;
    asked_.reset();
    return true;
  }
  // Whether that answer may be used, of a question that was asked at `version`.
  bool is_in_time(uint64_t version) const { return awaited_ || version == version_; }
  void keep(ParameterSet params, uint64_t version) {
    ready_ = std::move(params);
    ready_for_ = version;
  }
  // At the end of a step: of an older history, and the slot that waited for it has gone.
  void drop_if_outdated() {
    if (ready_for_ != version_) ready_.reset();
  }

  bool ready(const ParameterSet& fixed) const { return ready_ && fixed_ == fixed; }
  ParameterSet take() { return *std::exchange(ready_, std::nullopt); }

 private:
  uint64_t version_ = 1;
  std::optional<uint64_t> asked_;  // the version that the question was made from
  ParameterSet fixed_;             // of the last question
  bool awaited_ = false;           // likewise
  std::optional<ParameterSet> ready_;
  uint64_t ready_for_ = 0;  // the version that it was made from
};

}  // namespace foldmill::engine
