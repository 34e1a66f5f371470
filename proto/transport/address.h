#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace foldmill::proto {

// Where a coordinator listens or is to be found.
struct Address {
  enum class Kind { kTcp, kUnix };
  Kind kind = Kind::kTcp;
  std::string host;  // name, IPv4 or IPv6 (without brackets); TCP only
  int port = 0;      // 0 … 65535; 0: the system chooses (listening only)
  std::string path;  // of the socket; unix only

  friend bool operator==(const Address&, const Address&) = default;
};

// "host:port", "[::1]:port" or "unix:/path". The message names what is wrong and shows the form.
Result<Address> parse_address(std::string_view text);

std::string to_string(const Address& address);  // what parse_address reads, and gRPC's target

// Whether traffic stays on this machine: a unix socket, 127.0.0.0/8, ::1 or localhost.
bool is_local(const Address& address);

}  // namespace foldmill::proto
