#include "cli/exit_code.h"

#include "core/text.h"

namespace foldmill::cli {
namespace {

struct CodeText {
  ExitCode code;
  std::string_view text;
};

constexpr CodeText kCodes[] = {
    {ExitCode::kOk, "done"},
    {ExitCode::kFailed,
     "the work failed: the study failed, or all its trials did; server check found something"},
    {ExitCode::kUsage, "the command line, a filter or a query is wrong"},
    {ExitCode::kNotFound, "there is no such study, trial, fold or file"},
    {ExitCode::kBadStudyFile, "the study file has mistakes"},
    {ExitCode::kUnreachable,
     "no coordinator answers, it could not be started, or it can record nothing now (a full disk)"},
    {ExitCode::kRefused, "not allowed: token, certificate or file permissions"},
    {ExitCode::kConflict,
     "the state does not allow it: name taken, study finished, database locked"},
    {ExitCode::kTimedOut, "the time given was over first"},
    {ExitCode::kNoTrialLeft, "ask: no trial any more, the study is done"},
    {ExitCode::kNoTrialNow, "ask: no trial now, there may be one later"},
    {ExitCode::kStopTrial, "report, tell: the trial was stopped, training it further is of no use"},
    {ExitCode::kInterrupted, "interrupted by Ctrl-C"},
};

// What helps, by kind of failure.
std::string_view advice_for(StatusCode code) {
  switch (code) {
    case StatusCode::kNotFound:
      return "foldmill study list";
    case StatusCode::kUnavailable:
      return "is the coordinator running? --coordinator ADDRESS says where, --db FILE reads a "
             "database without one";
    case StatusCode::kUnauthenticated:
      return "--token-file FILE with the coordinator's token";
    default:
      return {};
  }
}

}  // namespace

ExitCode exit_code_for(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return ExitCode::kOk;
    case StatusCode::kCancelled:
      return ExitCode::kInterrupted;
    case StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case StatusCode::kDeadlineExceeded:
      return ExitCode::kTimedOut;
    case StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case StatusCode::kAlreadyExists:
    case StatusCode::kFailedPrecondition:
      return ExitCode::kConflict;
    case StatusCode::kPermissionDenied:
    case StatusCode::kUnauthenticated:
      return ExitCode::kRefused;
    case StatusCode::kUnavailable:
      return ExitCode::kUnreachable;
    case StatusCode::kResourceExhausted:
    case StatusCode::kOutOfRange:
    case StatusCode::kInternal:
    case StatusCode::kDataLoss:
      return ExitCode::kFailed;
  }
  return ExitCode::kFailed;
}

std::string describe_exit_codes() {
  std::string out;
  for (const auto& [code, text] : kCodes) {
    const std::string number = std::to_string(static_cast<int>(code));
    out += concat(number, std::string(5 - number.size(), ' '), text, "\n");
  }
  return out;
}

std::string render_failure(const Status& status) {
  const bool complete = status.message().starts_with("error:");
  std::string out = complete ? status.message() : concat("error: ", status.message());
  const std::string_view advice = advice_for(status.code());
  if (!advice.empty() && status.message().find("try:") == std::string::npos)
    out += concat("\n  try: ", advice);
  return out + "\n";
}

}  // namespace foldmill::cli
