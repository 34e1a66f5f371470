#include "sampler/sobol.h"

#include <algorithm>
#include <bit>
#include <boost/random/sobol.hpp>
#include <optional>

namespace foldmill::sampler {
namespace {

// The matrix mixes that many leading bits; what is below them is only shifted.
constexpr size_t kMixedBits = 32;
static_assert(kMaxSobolDimensions == boost::random::default_sobol_table::max_dimension);

uint64_t scrambled(uint64_t bits, const std::vector<uint64_t>& rows, uint64_t shift) {
  uint64_t mixed = bits & ((uint64_t{1} << (64 - kMixedBits)) - 1);
  for (size_t row = 0; row < rows.size(); ++row)
    mixed |= static_cast<uint64_t>(std::popcount(rows[row] & bits) & 1) << (63 - row);
  return mixed ^ shift;
}

// The middle of the cell of width 2^-53 that the leading bits name: neither 0 nor 1.
double inside_unit(uint64_t bits) { return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52; }

}  // namespace

struct ScrambledSobol::Sequence {
  std::optional<boost::random::sobol> engine;  // nothing: no dimension
  bool at_origin = true;
};

ScrambledSobol::ScrambledSobol(size_t dimensions, const Random& random)
    : scrambles_(dimensions), sequence_(std::make_unique<Sequence>()), random_(random) {
  if (dimensions > 0) sequence_->engine.emplace(std::min(dimensions, kMaxSobolDimensions));
  for (Scramble& scramble : scrambles_) {
    scramble.shift = random_.next_u64();
    for (size_t row = 0; row < kMixedBits; ++row) {
      const uint64_t diagonal = uint64_t{1} << (63 - row);
      const uint64_t above = row == 0 ? 0 : ~uint64_t{0} << (64 - row);
      scramble.rows.push_back((random_.next_u64() & above) | diagonal);
    }
  }
}

ScrambledSobol::~ScrambledSobol() = default;
ScrambledSobol::ScrambledSobol(ScrambledSobol&&) noexcept = default;
ScrambledSobol& ScrambledSobol::operator=(ScrambledSobol&&) noexcept = default;

void ScrambledSobol::skip(uint64_t points) {
  if (points == 0) return;
  const uint64_t of_engine = points - (sequence_->at_origin ? 1 : 0);
  if (sequence_->engine) sequence_->engine->discard(of_engine * sequence_->engine->dimension());
  sequence_->at_origin = false;
}

void ScrambledSobol::next(std::span<double> point) {
  for (size_t d = 0; d < point.size(); ++d) {
    if (d >= kMaxSobolDimensions) {
      point[d] = inside_unit(random_.next_u64());
      continue;
    }
    const uint64_t bits = sequence_->at_origin ? 0 : (*sequence_->engine)();
    point[d] = inside_unit(scrambled(bits, scrambles_[d].rows, scrambles_[d].shift));
  }
  sequence_->at_origin = false;
}

}  // namespace foldmill::sampler
