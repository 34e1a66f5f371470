#include "coordinator/engine/study_registry.h"

#include <utility>

#include "core/text.h"

namespace foldmill::engine {

StudyRegistry::StudyRegistry(Commons& commons, const Snapshot& snapshot, Now now)
    : commons_(commons) {
  for (const StudySnapshot& recorded : snapshot.studies)
    add(std::make_unique<StudyEngine>(recorded, commons_, now));
}

StudyEngine* StudyRegistry::find(StudyId id) const {
  const auto entry = studies_.find(id);
  return entry == studies_.end() ? nullptr : entry->second.get();
}

StudyEngine* StudyRegistry::find(const std::string& name) const {
  const auto entry = by_name_.find(name);
  return entry == by_name_.end() ? nullptr : entry->second;
}

Result<StudyEngine*> StudyRegistry::named(const std::string& name) const {
  if (StudyEngine* const study = find(name)) return study;
  std::vector<std::string> names;
  for (const auto& [known, study] : by_name_) names.push_back(known);
  const auto nearest = closest_match(name, names);
  return not_found(concat("there is no study ", name,
                          nearest ? concat("; did you mean ", *nearest, "?") : std::string()));
}

Result<StudyEngine*> StudyRegistry::create(StudySpec spec, Step& step) {
  const StudyId id(all_.empty() ? 1 : all_.back()->id().value + 1);
  FOLDMILL_ASSIGN_OR_RETURN(auto created, StudyEngine::create(id, std::move(spec), commons_, step));
  StudyEngine* const study = add(std::move(created));
  study->begin(step);
  return study;
}

StudyEngine* StudyRegistry::add(std::unique_ptr<StudyEngine> study) {
  StudyEngine* const added = study.get();
  by_name_[added->spec().name] = added;
  studies_[added->id()] = std::move(study);
  all_.push_back(added);
  return added;
}

}  // namespace foldmill::engine
