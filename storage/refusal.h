#pragma once

#include <string>

#include "core/ids.h"
#include "core/status.h"

namespace foldmill::storage {

// How a store refuses a change that breaks an invariant: the same words from every store.
namespace refusal {

std::string describe(const TrialKey& trial);  // "trial 3 of study 1"
std::string describe(const FoldKey& fold);    // "fold 0 of trial 3 of study 1"

Status unknown(const std::string& what);  // "there is no attempt 7"
Status no_encoder(StudyId study);         // of a study that starts from nobody's weights
Status contradiction(const std::string& what, const std::string& why);

}  // namespace refusal

}  // namespace foldmill::storage
