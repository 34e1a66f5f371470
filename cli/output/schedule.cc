#include "cli/output/schedule.h"

#include <vector>

#include "core/text.h"

namespace foldmill::cli {
namespace {

std::string describe_split(const StudySpec& spec) {
  const FoldPlan& folds = spec.folds;
  if (!folds.hold_out) return "all training data, nothing held out";
  if (folds.k == 1) return concat("one hold-out of ", format_number(folds.validation_fraction));
  std::string out = concat(folds.k, folds.leave_one_group_out ? " groups left out one by one"
                                                              : " folds");
  if (folds.repeats > 1) out += concat(", ", folds.repeats, " times");
  if (spec.schedule.top > 0)
    return out + concat(": the first for every trial, all for the best ", spec.schedule.top);
  return out + " for every trial";
}

std::string_view describe_order(FoldOrder order) {
  switch (order) {
    case FoldOrder::kFirstFoldFirst:
      return "the first fold alone";
    case FoldOrder::kTrialFirst:
      return "all folds at once";
    case FoldOrder::kInterleave:
      break;
  }
  return "one fold of a trial at a time";
}

}  // namespace

std::string describe_folds(const StudySpec& spec) {
  const FoldPlan& folds = spec.folds;
  std::string out = describe_split(spec);
  if (folds.stratified) out += ", stratified";
  if (folds.shuffle) out += ", shuffled";
  if (!folds.groups.empty()) out += concat(", groups of ", folds.groups);
  if (folds.outer) out += concat(", outside outer fold ", folds.outer->fold, " of ", folds.outer->k);
  if (spec.folds_per_trial() == 1) return out;
  out += concat("; ", describe_order(spec.schedule.order));
  if (spec.schedule.aggregate != Aggregate::kMean)
    out += concat("; value: ", to_string(spec.schedule.aggregate));
  if (spec.schedule.race)
    out += concat("; race after ", spec.schedule.race->min_folds, " folds, with confidence ",
                  format_number(spec.schedule.race->confidence));
  return out;
}

std::string describe_stages(const FinalStages& stages) {
  std::vector<std::string> parts;
  if (const auto& stage = stages.cross_validate)
    parts.push_back(concat("cross-validate ",
                           stage->top == 1 ? std::string("the best trial")
                                           : concat("the best ", stage->top),
                           " on ", stage->k, " folds",
                           stage->repeats > 1 ? concat(", ", stage->repeats, " times") : "",
                           stage->stratified ? "" : ", not stratified",
                           stage->shuffle ? "" : ", not shuffled"));
  if (const auto& stage = stages.train)
    parts.push_back(concat("train on ",
                           stage->on_validation_too ? "train+validation" : "the training part",
                           stage->epochs ? concat(" for ", *stage->epochs, " epochs") : ""));
  if (stages.test) parts.push_back("test on the official test images");
  return join(parts, ", ");
}

}  // namespace foldmill::cli
