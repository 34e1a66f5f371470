#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace foldmill {

// An integer that does not mix with other kinds of ids. `value` is what is stored and sent.
template <class Tag>
struct StrongId {
  int64_t value = 0;

  constexpr StrongId() = default;
  constexpr explicit StrongId(int64_t v) : value(v) {}
  friend constexpr auto operator<=>(const StrongId&, const StrongId&) = default;
};

using StudyId = StrongId<struct StudyTag>;          // from 1
using TrialNumber = StrongId<struct TrialTag>;      // from 0, per study
using FoldIndex = StrongId<struct FoldTag>;         // from 0, per trial
using AttemptId = StrongId<struct AttemptTag>;      // from 1, over all studies, never reused
using WorkerId = StrongId<struct WorkerTag>;        // from 1, by worker name

template <class Tag>
std::string to_string(StrongId<Tag> id) {
  return std::to_string(id.value);
}

// Which trial of which study.
struct TrialKey {
  StudyId study;
  TrialNumber trial;
  friend auto operator<=>(const TrialKey&, const TrialKey&) = default;
};

// Which fold of which trial: the unit that is scheduled.
struct FoldKey {
  StudyId study;
  TrialNumber trial;
  FoldIndex fold;
  friend auto operator<=>(const FoldKey&, const FoldKey&) = default;
};

}  // namespace foldmill

template <class Tag>
struct std::hash<foldmill::StrongId<Tag>> {
  size_t operator()(foldmill::StrongId<Tag> id) const noexcept {
    return std::hash<int64_t>{}(id.value);
  }
};
