#pragma once

#include "core/result.h"
#include "core/rows.h"
#include "foldmill/v1/study_service.pb.h"

// Rows of a read answer, for both ends of StudyService.
namespace foldmill::proto {

v1::Study encode(const StudyRow& row);
v1::Trial encode(const TrialRow& row);
v1::Worker encode(const WorkerRow& row);
v1::QueryResponse encode(const Table& table);

Result<StudyRow> decode(const v1::Study& message);
Result<TrialRow> decode(const v1::Trial& message);
WorkerRow decode(const v1::Worker& message);
Table decode(const v1::QueryResponse& message);

}  // namespace foldmill::proto
