#pragma once

#include <string>

#include "core/text.h"
#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {

constexpr Milliseconds kAskedLease{60'000};

// A study that is trained by loops outside, and those loops.
class OutsideTest : public EngineTest {
 protected:
  static StudySpec outside_study(int64_t trials, int folds = 1, int64_t epochs = 4) {
    StudySpec spec = small_study(trials, folds, epochs);
    spec.model = {};
    spec.model.type = "external";
    return spec;
  }

  // With a new key, unless one is given.
  RequestId begin_ask(std::string key = {}, ParameterSet fixed = {}) {
    if (key.empty()) key = concat("key", ++keys_);
    return driver.ask({.study = "small",
                       .key = std::move(key),
                       .holder = "box",
                       .lease = kAskedLease,
                       .fixed = std::move(fixed)});
  }
  const effect::Reply& ask_reply(std::string key = {}, ParameterSet fixed = {}) {
    return *driver.reply_to(begin_ask(std::move(key), std::move(fixed)));
  }
  AskedTrial ask(std::string key = {}, ParameterSet fixed = {}) {
    const effect::Reply& reply = ask_reply(std::move(key), std::move(fixed));
    EXPECT_EQ(reply.status, ok_status());
    return reply.status.ok() ? std::get<AskedTrial>(reply.answer) : AskedTrial();
  }

  static HeldTrial hold(const AskedTrial& asked) { return {asked.study, asked.trial, asked.lease}; }
  effect::Reply report(const HeldTrial& of, int64_t epoch, double value, int64_t fold = 0) {
    return driver.report({of, FoldIndex(fold), value, {.epoch = epoch, .metrics = {}}});
  }
  effect::Reply tell(const HeldTrial& of, double value) {
    return driver.tell(of, {.value = value});
  }
  effect::Reply tell_fold(const HeldTrial& of, int64_t fold, double value) {
    return driver.tell(of, {.fold = FoldIndex(fold), .value = value});
  }
  effect::Reply tell(const HeldTrial& of, ResultKind kind) {
    return driver.tell(of, {.kind = kind, .message = "because"});
  }
  static TrialStanding standing(const effect::Reply& reply) {
    EXPECT_EQ(reply.status, ok_status());
    return reply.status.ok() ? std::get<TrialStanding>(reply.answer) : TrialStanding();
  }

 private:
  int keys_ = 0;
};

}  // namespace foldmill::engine
