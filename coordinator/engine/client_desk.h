#pragma once

#include <string>

#include "coordinator/engine/event.h"
#include "coordinator/engine/step.h"
#include "coordinator/engine/study_registry.h"

namespace foldmill::engine {

// What people and their programs ask of studies, by name. Each request gets one reply, but for a
// trial that is asked for: the study replies when it has one. Outlived by what it is made of.
class ClientDesk {
 public:
  explicit ClientDesk(StudyRegistry& studies) : studies_(studies) {}

  void handle(event::StudyCreateRequested& request, Step& step);
  void handle(const event::StudyCommanded& command, Step& step);
  void handle(const event::StagesRequested& request, Step& step);
  void handle(event::TrialRequested& ask, Step& step);
  void handle(const event::HeldRenewed& renewed, Step& step);
  void handle(const event::HeldReported& reported, Step& step);
  void handle(const event::HeldTold& told, Step& step);
  void handle(const event::PointEnqueued& enqueued, Step& step);

 private:
  // `say(study, reply)` with the study of that name fills the reply, which is then sent.
  template <class Say>
  void reply_from(RequestId request, const std::string& name, Step& step, Say say);

  StudyRegistry& studies_;
};

}  // namespace foldmill::engine
