#include "sampler/tpe/stepped_kernels.h"

#include <bit>
#include <utility>

#include "sampler/tpe/kernel_shapes.h"
#include "sampler/tpe/truncated_normal.h"

namespace foldmill::sampler {
namespace {

// Numbers for different (mu, sigma): a hash table with open addressing, at most half full.
class ShapeTable {
 public:
  static constexpr uint32_t kNew = ~uint32_t{0};

  // The number of this shape, for the caller to set where it is kNew.
  uint32_t& find(double mu, double sigma) {
    if (2 * used_ >= slots_.size()) grow();
    Slot& slot = slot_of(mu, sigma);
    if (slot.number == kNew) ++used_;
    slot.mu = mu;
    slot.sigma = sigma;
    return slot.number;
  }

 private:
  struct Slot {
    double mu = 0;
    double sigma = 0;
    uint32_t number = kNew;
  };

  // Where this shape is, or the free place where it belongs.
  Slot& slot_of(double mu, double sigma) {
    // Round numbers have empty low bits, hence the shifts before each product.
    uint64_t bits = std::bit_cast<uint64_t>(mu) ^ std::rotl(std::bit_cast<uint64_t>(sigma), 32);
    bits = (bits ^ bits >> 32) * 0x9E3779B97F4A7C15;
    bits = (bits ^ bits >> 29) * 0x94D049BB133111EB;
    for (size_t i = bits >> 32;; ++i) {
      Slot& slot = slots_[i & (slots_.size() - 1)];
      if (slot.number == kNew || (slot.mu == mu && slot.sigma == sigma)) return slot;
    }
  }

  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.number != kNew) slot_of(slot.mu, slot.sigma) = slot;
  }

  std::vector<Slot> slots_ = std::vector<Slot>(64);
  size_t used_ = 0;
};

}  // namespace

SteppedKernels::SteppedKernels(const UnitTransform& transform, std::span<const double> observed)
    : transform_(transform) {
  const auto [mu, sigma] = kernel_shapes(transform, observed);
  shape_of_.resize(mu.size());
  ShapeTable table;
  for (size_t k = 0; k < mu.size(); ++k) {
    uint32_t& shape = table.find(mu[k], sigma[k]);
    if (shape == ShapeTable::kNew) {
      shape = static_cast<uint32_t>(shapes_.size());
      shapes_.push_back({mu[k], sigma[k],
                         log_normal_mass((transform.low() - mu[k]) / sigma[k],
                                         (transform.high() - mu[k]) / sigma[k])});
    }
    shape_of_[k] = shape;
  }
}

double SteppedKernels::sample(size_t kernel, Random& random) const {
  const Shape& shape = shapes_[shape_of_[kernel]];
  return transform_.from_scale(
      sample_truncated_normal(shape.mu, shape.sigma, transform_.low(), transform_.high(), random));
}

std::vector<double> SteppedKernels::cell_log_masses(double internal) const {
  const double low = transform_.cell_low(internal);
  const double high = transform_.cell_high(internal);
  std::vector<double> masses(shapes_.size());
  for (size_t s = 0; s < shapes_.size(); ++s) {
    const Shape& shape = shapes_[s];
    masses[s] = log_normal_mass((low - shape.mu) / shape.sigma, (high - shape.mu) / shape.sigma) -
                shape.log_mass;
  }
  return masses;
}

void SteppedKernels::add_log_densities(double internal, MassTable& masses,
                                       std::span<double> row) const {
  const auto [entry, is_new] = masses.try_emplace(internal);
  if (is_new) entry->second = cell_log_masses(internal);
  const double* const mass = entry->second.data();
  for (size_t k = 0; k < shape_of_.size(); ++k) row[k] += mass[shape_of_[k]];
}

}  // namespace foldmill::sampler
