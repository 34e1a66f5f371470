// A comparison for people and as JSON.

#include <cmath>

#include "cli/compare/comparison.h"
#include "cli/output/fold_values.h"
#include "cli/output/format.h"
#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

std::string percent(double share) { return concat(short_number(share * 100), " %"); }

std::string interval_words(const sampler::CorrectedTTest& test) {
  return concat(short_number(test.low), " to ", short_number(test.high));
}

// "95 % confidence interval -0.002 to 0.001; corrected resampled t-test, p = 0.4".
std::string evidence(const sampler::CorrectedTTest& test) {
  return concat(percent(Comparison::kConfidence), " confidence interval ", interval_words(test),
                "; corrected resampled t-test, ", describe_p_value(test.p_value));
}

std::string side(const Comparison& comparison) {
  const bool lower = comparison.differences.mean < 0;
  const char* way = lower ? "lower" : "higher";
  if (!comparison.direction) return way;
  const bool better = lower == (*comparison.direction == Direction::kMinimize);
  return concat(way, better ? " (better)" : " (worse)");
}

std::string without_test(const Comparison& comparison, const std::string& where) {
  if (comparison.differences.mean == 0 && !comparison.ranks)
    return concat(where, comparison.first, " and ", comparison.second, " have the same ",
                  comparison.metric, ".");
  return concat(where, "the ", comparison.metric, " of ", comparison.first, " is ",
                side(comparison), " than that of ", comparison.second, " by ",
                short_number(std::abs(comparison.differences.mean)),
                " on each of them, which leaves no scatter to judge by whether this is chance.");
}

std::string ranks_words(const sampler::SignedRankTest& ranks) {
  std::string out =
      concat(describe_p_value(ranks.p_value),
             "  (Wilcoxon signed-rank, exact: W+ = ", short_number(ranks.positive_rank),
             ", W- = ", short_number(ranks.negative_rank));
  if (ranks.least_p_value > 1 - Comparison::kConfidence)
    out += concat("; ", ranks.differences, " folds cannot give less than ",
                  short_number(ranks.least_p_value));
  return out + ")";
}

std::string t_words(const Comparison& comparison) {
  const sampler::CorrectedTTest& test = *comparison.t_test;
  return concat(describe_p_value(test.p_value),
                "  (corrected resampled t-test: t = ", short_number(test.statistic), " with ",
                short_number(test.freedom), test.freedom == 1 ? " degree" : " degrees",
                " of freedom)");
}

Json trial_reference(const std::string& name) {
  const size_t slash = name.rfind('/');
  return {{"study", name.substr(0, slash)}, {"number", *parse_int(name.substr(slash + 1))}};
}

Json t_json(const Comparison& comparison) {
  if (!comparison.t_test) return nullptr;
  const sampler::CorrectedTTest& test = *comparison.t_test;
  return {{"statistic", json_number(test.statistic)},
          {"freedom", json_number(test.freedom)},
          {"p_value", json_number(test.p_value)},
          {"confidence", Comparison::kConfidence},
          {"low", json_number(test.low)},
          {"high", json_number(test.high)},
          {"test_to_train", json_number(comparison.test_to_train)}};
}

Json ranks_json(const std::optional<sampler::SignedRankTest>& ranks) {
  if (!ranks) return nullptr;
  return {{"differences", ranks->differences},
          {"positive_rank", json_number(ranks->positive_rank)},
          {"negative_rank", json_number(ranks->negative_rank)},
          {"p_value", json_number(ranks->p_value)},
          {"least_p_value", json_number(ranks->least_p_value)}};
}

}  // namespace

std::string conclusion(const Comparison& comparison) {
  const std::string where =
      concat("On the ", comparison.folds.size(), " folds that both completed, ");
  if (!comparison.t_test) return without_test(comparison, where);
  const sampler::CorrectedTTest& test = *comparison.t_test;
  const std::string by = short_number(std::abs(comparison.differences.mean));
  const std::string claim =
      concat(where, "the mean ", comparison.metric, " of ", comparison.first, " is ",
             side(comparison), " than that of ", comparison.second, " by ", by);
  if (test.p_value < 1 - Comparison::kConfidence) return concat(claim, " (", evidence(test), ").");
  return concat(claim, ", a difference that chance alone may well make (", evidence(test),
                "); this does not show that the two are equal.");
}

std::string describe_comparison(const Comparison& comparison, size_t columns) {
  const FoldSpread& spread = comparison.differences.spread.value();
  std::string out = labelled(
      "mean",
      concat(with_error(comparison.differences.mean, spread.corrected_error),
             "  (± corrected standard error; uncorrected ", short_number(spread.error), ")"),
      columns);
  if (comparison.t_test) {
    out += labelled(
        "interval",
        concat(interval_words(*comparison.t_test), "  (", percent(Comparison::kConfidence), ")"),
        columns);
    out += labelled("t-test", t_words(comparison), columns);
  }
  if (comparison.ranks) out += labelled("ranks", ranks_words(*comparison.ranks), columns);
  out += labelled("result", conclusion(comparison), columns);
  for (const std::string& note : comparison.notes) out += labelled("note", note, columns);
  return out;
}

Listing list_comparison(const Comparison& comparison) {
  Listing listing;
  listing.columns = {
      {"fold", true, 9}, {"first", true, 7}, {"second", true, 7}, {"difference", true, 8}};
  Json folds = Json::array();
  for (const FoldPair& pair : comparison.folds) {
    listing.rows.push_back({pair.fold.value, pair.first, pair.second, pair.difference()});
    folds.push_back({{"fold", pair.fold.value},
                     {"first", json_number(pair.first)},
                     {"second", json_number(pair.second)},
                     {"difference", json_number(pair.difference())}});
  }
  listing.json = {
      {"schema", "comparison/v1"},
      {"metric", comparison.metric},
      {"direction",
       comparison.direction ? Json(std::string(to_string(*comparison.direction))) : Json(nullptr)},
      {"first", trial_reference(comparison.first)},
      {"second", trial_reference(comparison.second)},
      {"folds", folds},
      {"difference", fold_statistics_json(comparison.differences)},
      {"t_test", t_json(comparison)},
      {"signed_rank", ranks_json(comparison.ranks)},
      {"conclusion", conclusion(comparison)},
      {"notes", comparison.notes}};
  return listing;
}

}  // namespace foldmill::cli
