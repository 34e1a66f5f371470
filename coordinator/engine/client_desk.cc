#include "coordinator/engine/client_desk.h"

#include <string>
#include <utility>

#include "coordinator/engine/study_match.h"
#include "core/text.h"

namespace foldmill::engine {
namespace {

// A result's value goes to `place`, its status to the caller.
template <class Value, class Place>
Status put(Result<Value> result, Place& place) {
  if (result.ok()) place = std::move(result).value();
  return result.status();
}

}  // namespace

void ClientDesk::handle(event::StudyCreateRequested& request, Step& step) {
  effect::Reply reply{.request = request.request, .status = {}, .study = {}, .note = {}};
  if (const StudyEngine* const existing = studies_.find(request.spec.name)) {
    reply.status = check_same_search(request.spec, existing->spec());
    reply.study = existing->id();
    if (reply.status.ok()) reply.note = concat("exists already; ", existing->describe());
  } else {
    auto created = studies_.create(std::move(request.spec), step);
    reply.status = created.status();
    if (created.ok()) {
      reply.study = created.value()->id();
      reply.note = created.value()->describe();
    }
  }
  step.perform(std::move(reply));
}

void ClientDesk::handle(const event::StagesRequested& request, Step& step) {
  reply_from(request.request, request.study, step, [&](StudyEngine& study, effect::Reply& reply) {
    for (const Stage stage : stages_in_order(request.stages))
      if (const std::string name = stage_study_name(request.study, stage); studies_.find(name))
        return already_exists(concat("study ", name, " is there already; `foldmill best ", name,
                                     "` shows what it came to"));
    return put(study.add_stages(request.stages, step), reply.note);
  });
}

void ClientDesk::handle(const event::StudyCommanded& command, Step& step) {
  reply_from(command.request, command.study, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.command(command, step), reply.note);
  });
}

void ClientDesk::handle(event::TrialRequested& ask, Step& step) {
  if (auto found = studies_.named(ask.what.study); found.ok())
    found.value()->ask(ask.request, std::move(ask.what), step);
  else
    step.perform(effect::Reply{.request = ask.request, .status = found.status()});
}

void ClientDesk::handle(const event::HeldRenewed& renewed, Step& step) {
  const std::string& name = renewed.held.study;
  reply_from(renewed.request, name, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.renew(renewed.held, step), reply.answer);
  });
}

void ClientDesk::handle(const event::HeldReported& reported, Step& step) {
  const std::string& name = reported.report.of.study;
  reply_from(reported.request, name, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.reported(reported.report, step), reply.answer);
  });
}

void ClientDesk::handle(const event::HeldTold& told, Step& step) {
  const std::string& name = told.told.of.study;
  reply_from(told.request, name, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.told(told.told, step), reply.answer);
  });
}

void ClientDesk::handle(const event::PointEnqueued& enqueued, Step& step) {
  const std::string& name = enqueued.point.study;
  reply_from(enqueued.request, name, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.enqueue(enqueued.point, step), reply.note);
  });
}

template <class Say>
void ClientDesk::reply_from(RequestId request, const std::string& name, Step& step, Say say) {
  effect::Reply reply{.request = request};
  if (auto found = studies_.named(name); !found.ok()) {
    reply.status = found.status();
  } else {
    reply.study = found.value()->id();
    reply.status = say(*found.value(), reply);
  }
  step.perform(std::move(reply));
}

}  // namespace foldmill::engine
