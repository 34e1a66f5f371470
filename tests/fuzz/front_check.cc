#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/hypervolume.h"
#include "core/pareto.h"
#include "core/text.h"
#include "sampler/tpe/hypervolume_subset.h"
#include "tests/fuzz/byte_source.h"
#include "tests/fuzz/checks.h"

namespace foldmill::fuzz {
namespace {

constexpr int64_t kMostPoints = 24;
constexpr double kRounding = 1e-9;

// Losses as samplers see them: NaN counts as infinite. Coarse ones often, so that there are ties.
double make_loss(ByteSource& bytes) {
  const double loss = bytes.coin() ? static_cast<double>(bytes.below(5)) : bytes.number();
  return std::isnan(loss) ? std::numeric_limits<double>::infinity() : loss;
}

std::vector<Losses> make_losses(ByteSource& bytes) {
  const int64_t objectives = bytes.within(1, 4);
  std::vector<Losses> points(static_cast<size_t>(bytes.within(0, kMostPoints)));
  for (Losses& point : points)
    for (int64_t i = 0; i < objectives; ++i) point.push_back(make_loss(bytes));
  return points;
}

// A point is on the front behind the last one that holds somebody who dominates it.
std::string judge_ranks(const std::vector<Losses>& points, const std::vector<size_t>& ranks) {
  if (ranks.size() != points.size()) return "not every point has a rank";
  for (size_t i = 0; i < points.size(); ++i) {
    size_t behind = 0;
    for (size_t j = 0; j < points.size(); ++j)
      if (dominates(points[j], points[i])) behind = std::max(behind, ranks[j] + 1);
    if (ranks[i] != behind) return concat("point ", i, " has rank ", ranks[i], ", not ", behind);
  }
  const std::vector<size_t> front = pareto_front(points);
  for (size_t i = 0; i < points.size(); ++i)
    if ((ranks[i] == 0) != std::binary_search(front.begin(), front.end(), i))
      return concat("the front and the rank of point ", i, " do not agree");
  return {};
}

std::string judge_subset(const std::vector<Losses>& points, size_t count) {
  const std::vector<size_t> chosen = sampler::hypervolume_subset(points, count);
  if (chosen.size() != std::min(count, points.size())) return "a subset of another size";
  if (!std::is_sorted(chosen.begin(), chosen.end(), std::less_equal<>()))
    return "a subset with a point twice";
  return {};
}

std::string judge_contributions(const std::vector<Losses>& points) {
  const std::vector<double> contributions = sampler::hypervolume_contributions(points);
  if (contributions.size() != points.size()) return "not every point has a contribution";
  const double most = points.empty() ? 0 : std::pow(1.1, points.front().size());
  double sum = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if (!(contributions[i] >= 0)) return concat("point ", i, " takes volume away");
    sum += contributions[i];
    const bool needless = std::any_of(points.begin(), points.end(), [&](const Losses& other) {
      return dominates(other, points[i]);
    });
    if (needless && contributions[i] > 0) return concat("point ", i, " is dominated and adds");
  }
  return sum <= most + kRounding ? "" : concat("together they add ", format_number(sum));
}

// More points never dominate less; the order says nothing.
std::string judge_volume(std::vector<Losses> points) {
  if (points.empty()) return {};
  for (Losses& point : points)
    for (double& loss : point)
      loss = std::isfinite(loss) ? std::clamp(loss, -10.0, 10.0) : (loss > 0 ? INFINITY : -10.0);
  const Losses reference(points.front().size(), 10.0);
  double before = 0;
  for (size_t count = 1; count <= points.size(); ++count) {
    const double volume = hypervolume(std::span(points).first(count), reference);
    if (!(volume >= before * (1 - kRounding))) return concat("point ", count, " takes volume away");
    before = volume;
  }
  std::reverse(points.begin(), points.end());
  const double reversed = hypervolume(points, reference);
  return std::abs(reversed - before) <= kRounding * before ? "" : "the order changes the volume";
}

}  // namespace

std::string check_fronts(std::span<const uint8_t> input) {
  ByteSource bytes(input);
  const std::vector<Losses> points = make_losses(bytes);
  const auto count = static_cast<size_t>(bytes.below(kMostPoints + 2));
  for (const std::string& wrong :
       {judge_ranks(points, domination_ranks(points)), judge_subset(points, count),
        judge_contributions(points), judge_volume(points)})
    if (!wrong.empty())
      return concat(points.size(), " points of ", points.empty() ? 0 : points.front().size(),
                    " objectives: ", wrong);
  return {};
}

}  // namespace foldmill::fuzz
