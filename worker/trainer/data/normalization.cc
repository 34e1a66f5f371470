#include "worker/trainer/data/normalization.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

constexpr int64_t kPiece = 1024;  // images whose doubles are in memory at a time
// Of pixels in [0, 1]; what is smaller may be rounding alone.
constexpr double kSmallestStddev = 1e-6;

// Sums of rows of pixels, added up in order: torch would cut one long sum by its number of threads.
double total(const torch::Tensor& values) {
  const torch::Tensor rows = values.flatten(0, -2).sum(1).cpu();
  double sum = 0;
  for (int64_t i = 0; i < rows.size(0); ++i) sum += rows.data_ptr<double>()[i];
  return sum;
}

// Sums and squares of bytes are whole numbers below 2^53, so they are exact.
Normalization measure(const torch::Tensor& images, const torch::Tensor& train) {
  double sum = 0;
  double squares = 0;
  for (int64_t begin = 0; begin < train.size(0); begin += kPiece) {
    const torch::Tensor part = train.slice(0, begin, std::min(begin + kPiece, train.size(0)));
    const torch::Tensor values = images.index_select(0, part).to(torch::kFloat64);
    sum += total(values);
    squares += total(values.square());
  }
  const double count = static_cast<double>(train.size(0) * images[0].numel());
  const double unit = images.scalar_type() == torch::kUInt8 ? 255 : 1;
  const double mean = sum / count;
  const double stddev = std::sqrt(std::max(squares / count - mean * mean, 0.0)) / unit;
  if (stddev < kSmallestStddev)
    throw AttemptError(EndCause::kUserError,
                       "data: every pixel of the training part is the same, which `normalize: "
                       "standard` cannot scale; use `normalize: unit`");
  return {mean / unit, stddev};
}

}  // namespace

Normalization choose_normalization(const DataSpec& data, const torch::Tensor& images,
                                   const torch::Tensor& train) {
  switch (data.normalize) {
    case Normalize::kUnit:
      return {};
    case Normalize::kSymmetric:
      return {0.5, 0.5};
    case Normalize::kStandard:
      return measure(images, train);
    case Normalize::kGiven:
      break;
  }
  if (!std::isfinite(data.mean) || !std::isfinite(data.stddev) || data.stddev <= 0)
    throw AttemptError(
        EndCause::kUserError,
        concat("data: normalize with mean ", format_number(data.mean), " and std ",
               format_number(data.stddev), " cannot work; both must be finite, and std above 0"));
  return {data.mean, data.stddev};
}

}  // namespace foldmill::trainer
