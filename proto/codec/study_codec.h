#pragma once

#include "core/result.h"
#include "core/study.h"
#include "foldmill/v1/study.pb.h"

namespace foldmill::proto {

inline constexpr size_t kMaxStudySourceBytes = 1 << 20;

v1::StudySpec encode(const StudySpec& spec);
// invalid_argument unless every enum is known, every range sound and StudySpec::validate() content.
Result<StudySpec> decode(const v1::StudySpec& message);
// Of a study that was accepted once, by this version's rules or by an earlier one's: the same but
// for StudySpec::validate(), so that what is in a database can always be shown.
Result<StudySpec> decode_stored(const v1::StudySpec& message);

// The parts of a study that an assignment carries too.
v1::DataSpec encode(const DataSpec& data);
v1::ModelSpec encode(const ModelSpec& model);
v1::ObjectiveSpec encode(const ObjectiveSpec& objective);
Result<DataSpec> decode(const v1::DataSpec& message);
Result<ModelSpec> decode(const v1::ModelSpec& message);
Result<ObjectiveSpec> decode(const v1::ObjectiveSpec& message);

}  // namespace foldmill::proto
