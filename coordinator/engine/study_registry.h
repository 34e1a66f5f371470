#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/engine/step.h"
#include "coordinator/engine/study_engine.h"
#include "core/result.h"
#include "core/snapshot.h"

namespace foldmill::engine {

// All studies, by id and by name. Nothing leaves it.
class StudyRegistry {
 public:
  // Of those in `snapshot`; `commons` outlives it.
  StudyRegistry(Commons& commons, const Snapshot& snapshot, Now now);

  const std::vector<StudyEngine*>& all() const { return all_; }  // ascending by id
  StudyEngine& at(StudyId id) const { return *studies_.at(id); }
  // Null where there is none.
  StudyEngine* find(StudyId id) const;
  StudyEngine* find(const std::string& name) const;
  // not_found, with the name that is most like it.
  Result<StudyEngine*> named(const std::string& name) const;

  // A new one under the next id, begun. `spec.name` is not taken.
  Result<StudyEngine*> create(StudySpec spec, Step& step);

 private:
  StudyEngine* add(std::unique_ptr<StudyEngine> study);

  Commons& commons_;
  std::map<StudyId, std::unique_ptr<StudyEngine>> studies_;
  std::map<std::string, StudyEngine*> by_name_;
  std::vector<StudyEngine*> all_;
};

}  // namespace foldmill::engine
