#pragma once

#include "core/result.h"
#include "core/study.h"
#include "foldmill/v1/study.pb.h"

// What a study searches, how, and which trials it stops.
namespace foldmill::proto {

v1::SearchParameter encode(const SearchParameter& parameter);
v1::SamplerSpec encode(const SamplerSpec& sampler);
v1::PruningSpec encode(const PruningSpec& pruning);
Result<SamplerSpec> decode(const v1::SamplerSpec& message);
PruningSpec decode(const v1::PruningSpec& message);
// constants, space and enqueue of the message.
Status decode_space(const v1::StudySpec& message, StudySpec* spec);

}  // namespace foldmill::proto
