#pragma once

#include "core/search_space.h"
#include "core/study.h"
#include "sampler/history.h"
#include "tests/fuzz/byte_source.h"

// Studies as bad as they come, out of an input's bytes.
namespace foldmill::fuzz {

// Any type, with options that are sound most of the time.
SamplerSpec make_spec(ByteSource& bytes);

// One to six parameters of any kind, some under conditions.
SearchSpace make_space(ByteSource& bytes);

// Up to 80 trials in any state: points of the space, or with values from outside its ranges,
// missing or too many values; any value, ties among them; further objectives or too few of them.
std::vector<sampler::History::Entry> make_history(ByteSource& bytes, const SearchSpace& space);

// Some values of a point of the space.
ParameterSet make_fixed(ByteSource& bytes, const SearchSpace& space);

// A point of the space.
ParameterSet make_point(ByteSource& bytes, const SearchSpace& space);

}  // namespace foldmill::fuzz
