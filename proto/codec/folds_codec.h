#pragma once

#include "core/final_stages.h"
#include "core/fold.h"
#include "core/fold_schedule.h"
#include "core/result.h"
#include "core/study.h"
#include "foldmill/v1/study.pb.h"

namespace foldmill::proto {

// How a study's data is split, which folds run when, and what follows the search.

v1::FoldPlan encode(const FoldPlan& folds);
v1::FoldSchedule encode(const FoldSchedule& schedule);
v1::FinalStages encode(const FinalStages& stages);
v1::StageOrigin encode(const StageOrigin& origin);
Result<FoldPlan> decode(const v1::FoldPlan& message);
FinalStages decode(const v1::FinalStages& message);
// schedule, final_stages, origin and evaluate of the message.
Status decode_stages(const v1::StudySpec& message, StudySpec* spec);

}  // namespace foldmill::proto
