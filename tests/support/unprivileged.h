#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstdlib>

namespace foldmill::test {

// Permissions do not bind root: while this lives, the process acts as nobody if it runs as root.
class Unprivileged {
 public:
  Unprivileged() {
    if (before_ == 0 && ::seteuid(kNobody) != 0) std::abort();
  }
  ~Unprivileged() {
    if (::seteuid(before_) != 0) std::abort();
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  uid_t before_ = ::geteuid();
};

}  // namespace foldmill::test
