#include "tests/history/fold_model.h"

#include "core/text.h"

namespace foldmill::history {
namespace {

bool lease(FoldState& state, const Operation& operation) {
  if (state.ended || operation.attempt <= state.newest) return false;
  if (operation.epoch != state.checkpoint + 1) return false;
  state.newest = state.holder = operation.attempt;
  state.curve.resize(static_cast<size_t>(state.checkpoint));
  return true;
}

bool report(FoldState& state, const Operation& operation) {
  const auto reported = static_cast<int64_t>(state.curve.size());
  if (operation.epoch <= reported)
    return state.curve[static_cast<size_t>(operation.epoch - 1)] == operation.value;
  if (state.ended || operation.epoch != reported + 1) return false;
  state.curve.push_back(operation.value);
  return true;
}

bool checkpoint(FoldState& state, const Operation& operation) {
  if (operation.epoch > static_cast<int64_t>(state.curve.size())) return false;
  state.checkpoint = operation.epoch;
  return true;
}

bool finish(FoldState& state, int64_t epochs) {
  if (static_cast<int64_t>(state.curve.size()) != epochs) return false;
  state.ended = true;
  return true;
}

// Its lease may have ended without anybody's seeing it.
void supersede(FoldState& state, int64_t attempt) {
  if (state.holder == attempt && !state.ended) state.holder = 0;
}

bool act(FoldState& state, const Operation& operation, int64_t epochs) {
  switch (operation.act) {
    case Act::kLease:
      return lease(state, operation);
    case Act::kReport:
      return report(state, operation);
    case Act::kCheckpoint:
      return checkpoint(state, operation);
    case Act::kFinish:
      return finish(state, epochs);
    case Act::kRead:
      break;
  }
  return operation.curve == state.curve && operation.completed == state.ended;
}

}  // namespace

std::string to_string(const Operation& operation) {
  static constexpr const char* kActs[] = {"lease", "report", "checkpoint", "finish", "read"};
  static constexpr const char* kAnswers[] = {"no answer", "done", "superseded"};
  std::string text =
      concat(operation.client, ": ", kActs[static_cast<int>(operation.act)], " trial ",
             operation.trial, " fold ", operation.fold, " attempt ", operation.attempt, " epoch ",
             operation.epoch, " value ", format_number(operation.value), ": ",
             kAnswers[static_cast<int>(operation.answer)], "  [", operation.begin, ", ",
             operation.end == kNever ? "-" : std::to_string(operation.end), "]");
  for (const double value : operation.curve) text += concat(" ", format_number(value));
  return text;
}

std::string FoldState::key() const {
  std::string text = concat(newest, ",", holder, ",", checkpoint, ",", ended ? 1 : 0);
  for (const double value : curve) text += concat(",", format_number(value));
  return text;
}

std::optional<FoldState> after(FoldState state, const Operation& operation, int64_t epochs) {
  if (operation.answer == Answer::kSuperseded) {
    supersede(state, operation.attempt);
    return state;
  }
  const bool needs_hold = operation.act != Act::kLease && operation.act != Act::kRead;
  if (needs_hold && operation.attempt != state.holder) return std::nullopt;
  if (!act(state, operation, epochs)) return std::nullopt;
  return state;
}

}  // namespace foldmill::history
