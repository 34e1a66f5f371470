#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace foldmill {

// What kind of failure it was, as far as a caller may act on it. The numbers are gRPC's.
enum class StatusCode : int {
  kOk = 0,
  kCancelled = 1,
  kInvalidArgument = 3,    // the request is wrong whatever the state
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,   // who asks may not, or the place is not allowed
  kResourceExhausted = 8,  // a full disk, a limit
  kFailedPrecondition = 9, // right request, wrong state
  kOutOfRange = 11,        // past the end: there is no more
  kInternal = 13,
  kUnavailable = 14,       // try again later
  kDataLoss = 15,          // corrupt or truncated data
  kUnauthenticated = 16,
};

std::string_view to_string(StatusCode code);  // "not found"

// Outcome of anything that can fail. The message is for the person who reads it: what was
// attempted, on what, why it failed, what to do. A value; safe to copy between threads.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same failure, with what was being done in front: "reading study.yaml: no such file".
  Status with_context(std::string_view what) const;

  friend bool operator==(const Status&, const Status&) = default;

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

inline Status ok_status() { return {}; }
Status cancelled(std::string message);
Status invalid_argument(std::string message);
Status deadline_exceeded(std::string message);
Status not_found(std::string message);
Status already_exists(std::string message);
Status permission_denied(std::string message);
Status resource_exhausted(std::string message);
Status failed_precondition(std::string message);
Status out_of_range(std::string message);
Status internal_error(std::string message);
Status unavailable(std::string message);
Status data_loss(std::string message);
Status unauthenticated(std::string message);

}  // namespace foldmill

#define FOLDMILL_RETURN_IF_ERROR(expression)                                       \
  do {                                                                             \
    if (::foldmill::Status foldmill_status = (expression); !foldmill_status.ok())  \
      return foldmill_status;                                                      \
  } while (false)
