#pragma once

#include <optional>
#include <utility>

#include "core/check.h"
#include "core/status.h"

namespace foldmill {

// A T or the Status that says why there is none. Converts from either. Asking a failed Result for
// its value is a programmer's error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit on purpose
  Result(Status status) : status_(std::move(status)) {  // NOLINT: implicit on purpose
    FOLDMILL_CHECK(!status_.ok(), "a Result without a value needs a failure");
  }

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Status& status() const { return status_; }

  T& value() & { return checked(), *value_; }
  const T& value() const& { return checked(), *value_; }
  T&& value() && { return checked(), *std::move(value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  void checked() const { FOLDMILL_CHECK(value_.has_value(), status_.message()); }

  std::optional<T> value_;
  Status status_;
};

}  // namespace foldmill

#define FOLDMILL_CONCAT_(a, b) a##b
#define FOLDMILL_CONCAT(a, b) FOLDMILL_CONCAT_(a, b)

// FOLDMILL_ASSIGN_OR_RETURN(auto x, f()): x is the value of f(), or the function returns its status.
#define FOLDMILL_ASSIGN_OR_RETURN(declaration, expression) \
  FOLDMILL_ASSIGN_OR_RETURN_(FOLDMILL_CONCAT(foldmill_result_, __LINE__), declaration, expression)
#define FOLDMILL_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                       \
  if (!result.ok()) return result.status();                         \
  declaration = std::move(result).value()
