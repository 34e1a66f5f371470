#include "sampler/pruning/halving_rule.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace foldmill::sampler {
namespace {

bool is_rung(const HalvingRule& rule, int64_t epoch) {
  if (epoch < rule.first_rung || epoch % rule.first_rung != 0) return false;
  int64_t rest = epoch / rule.first_rung;
  while (rest % rule.reduction_factor == 0) rest /= rule.reduction_factor;
  return rest == 1;
}

std::vector<double> rivals_at(const HalvingRule& rule, const PruningQuestion& question,
                              int64_t epoch) {
  const std::span<const double> reported = question.history->reported(epoch);
  std::vector<double> values;
  for (size_t i = 0; i < reported.size(); ++i) {
    const TrialNumber trial(static_cast<int64_t>(i));
    if (std::isnan(reported[i]) || trial == question.trial) continue;
    if (!rule.is_rival || rule.is_rival(trial)) values.push_back(reported[i]);
  }
  return values;
}

}  // namespace

std::optional<PruneDecision> halve(const HalvingRule& rule, const PruningQuestion& question,
                                   std::string pruner) {
  const int64_t epoch = question.curve->last_epoch();
  if (!is_rung(rule, epoch)) return std::nullopt;
  const double value = *question.curve->at(epoch);
  std::vector<double> values = rivals_at(rule, question, epoch);
  const auto rivals = static_cast<int64_t>(values.size());
  if (std::isnan(value))
    return PruneDecision{question.fold, epoch, value, value, rivals, std::move(pruner)};
  if (rivals < rule.min_peers) return std::nullopt;

  values.push_back(value);
  const int64_t promoted = std::max<int64_t>((rivals + 1) / rule.reduction_factor, 1);
  const auto last = values.begin() + (promoted - 1);
  std::nth_element(values.begin(), last, values.end(),
                   [&](double a, double b) { return better(a, b, question.direction); });
  if (!better(*last, value, question.direction)) return std::nullopt;
  return PruneDecision{question.fold, epoch, value, *last, rivals, std::move(pruner)};
}

}  // namespace foldmill::sampler
