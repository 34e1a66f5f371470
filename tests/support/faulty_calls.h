#pragma once

#include <cstdint>
#include <string>

namespace foldmill::testing {

// While it lives, the n-th system call that our own libraries make fails, without having done
// anything. It sees their calls because programs that link it are linked with --wrap for them;
// those of SQLite and of the C++ library are not seen. One at a time; one thread at a time.
class FaultyCalls {
 public:
  // Calls count from 1. With a name, only calls of that name count.
  FaultyCalls(int64_t call, int error, std::string only = "");
  ~FaultyCalls();
  FaultyCalls(const FaultyCalls&) = delete;
  FaultyCalls& operator=(const FaultyCalls&) = delete;

  const std::string& struck() const { return struck_; }  // the call that failed: "fsync"; or empty

  // Asked by the wrapped calls; sets errno.
  bool fails(const char* name);

 private:
  int64_t left_;
  int error_;
  std::string only_;
  std::string struck_;
};

}  // namespace foldmill::testing
