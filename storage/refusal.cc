#include "storage/refusal.h"

#include "core/text.h"

namespace foldmill::storage::refusal {

std::string describe(const TrialKey& trial) {
  return concat("trial ", trial.trial.value, " of study ", trial.study.value);
}

std::string describe(const FoldKey& fold) {
  return concat("fold ", fold.fold.value, " of ", describe(TrialKey{fold.study, fold.trial}));
}

Status unknown(const std::string& what) {
  return internal_error(concat("the store refuses a change: there is no ", what));
}

Status no_encoder(StudyId study) {
  return contradiction(concat("study ", study.value), "its model has no encoder");
}

Status contradiction(const std::string& what, const std::string& why) {
  return internal_error(concat("the store refuses a change of ", what, ": ", why));
}

}  // namespace foldmill::storage::refusal
