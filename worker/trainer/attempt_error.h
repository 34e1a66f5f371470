#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "core/result.h"
#include "core/trial.h"

namespace foldmill::trainer {

// Why an attempt cannot go on. Thrown anywhere below AttemptRunner, which turns it into the
// `failed` line: torch throws too, so inside the trainer exceptions are the one way out.
class AttemptError : public std::runtime_error {
 public:
  AttemptError(EndCause cause, const std::string& message)
      : std::runtime_error(message), cause_(cause) {}
  EndCause cause() const { return cause_; }

 private:
  EndCause cause_;
};

// The value of a Result of core's, or an AttemptError of `cause` with its message.
template <class T>
T value_or_throw(Result<T> result, EndCause cause) {
  if (!result.ok()) throw AttemptError(cause, result.status().message());
  return std::move(result).value();
}

}  // namespace foldmill::trainer
