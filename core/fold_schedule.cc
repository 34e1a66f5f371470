#include "core/fold_schedule.h"

#include "core/enum_names.h"

namespace foldmill {
namespace {

constexpr EnumNames<FoldOrder, 3> kFoldOrders{{{FoldOrder::kFirstFoldFirst, "first_fold_first"},
                                               {FoldOrder::kTrialFirst, "trial_first"},
                                               {FoldOrder::kInterleave, "interleave"}}};

constexpr EnumNames<Aggregate, 3> kAggregates{{{Aggregate::kMean, "mean"},
                                               {Aggregate::kMedian, "median"},
                                               {Aggregate::kMeanPlusStd, "mean_plus_std"}}};

}  // namespace

std::string_view to_string(FoldOrder v) { return name_in(kFoldOrders, v); }
std::string_view to_string(Aggregate v) { return name_in(kAggregates, v); }

std::optional<FoldOrder> parse_fold_order(std::string_view text) {
  return value_in(kFoldOrders, text);
}

std::optional<Aggregate> parse_aggregate(std::string_view text) {
  return value_in(kAggregates, text);
}

}  // namespace foldmill
