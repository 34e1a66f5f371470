#pragma once

#include <string>

#include "core/attempt.h"
#include "core/result.h"
#include "core/study.h"
#include "core/text.h"
#include "core/trial.h"
#include "foldmill/v1/study.pb.h"

// Enums of core and of the wire: the same order, the wire's one higher, because its 0 means that
// nobody said anything. That is refused on the way in.
namespace foldmill::proto {

template <class Core>
struct EnumMap;

// `last` is the highest value of both; the assertion notices when one side grows alone.
#define FOLDMILL_ENUM_MAP(CoreType, WireType, core_last, wire_last)                             \
  template <>                                                                                   \
  struct EnumMap<CoreType> {                                                                    \
    using Wire = WireType;                                                                      \
    static constexpr int kCount = static_cast<int>(wire_last);                                  \
    static constexpr const char* kName = #CoreType;                                             \
    static_assert(static_cast<int>(core_last) + 1 == kCount, #CoreType " differs on the wire"); \
    static_assert(WireType##_ARRAYSIZE == kCount + 1, #CoreType " differs on the wire");        \
  }

FOLDMILL_ENUM_MAP(Direction, v1::Direction, Direction::kMaximize, v1::DIRECTION_MAXIMIZE);
FOLDMILL_ENUM_MAP(StudyState, v1::StudyState, StudyState::kFailed, v1::STUDY_STATE_FAILED);
FOLDMILL_ENUM_MAP(TrialState, v1::TrialState, TrialState::kCancelled, v1::TRIAL_STATE_CANCELLED);
FOLDMILL_ENUM_MAP(FoldState, v1::FoldState, FoldState::kFailed, v1::FOLD_STATE_FAILED);
FOLDMILL_ENUM_MAP(AttemptState, v1::AttemptState, AttemptState::kLost, v1::ATTEMPT_STATE_LOST);
FOLDMILL_ENUM_MAP(EndCause, v1::EndCause, EndCause::kStalled, v1::END_CAUSE_STALLED);

template <class Core>
typename EnumMap<Core>::Wire encode_enum(Core value) {
  return static_cast<typename EnumMap<Core>::Wire>(static_cast<int>(value) + 1);
}

// invalid_argument for "unspecified" and for values of a later version.
template <class Core>
Result<Core> decode_enum(typename EnumMap<Core>::Wire value) {
  const int number = static_cast<int>(value);
  if (number < 1 || number > EnumMap<Core>::kCount)
    return invalid_argument(concat(EnumMap<Core>::kName, ": ", number, " is not a known value"));
  return static_cast<Core>(number - 1);
}

}  // namespace foldmill::proto
