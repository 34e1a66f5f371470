#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "proto/transport/address.h"

namespace foldmill::proto {

// How a client proves itself and whom it trusts. Paths are empty when not given.
struct ClientSecurity {
  bool tls = false;       // also switched on by ca_file
  std::string ca_file;    // trusts these authorities instead of the system's
  std::string cert_file;  // own certificate and key, for coordinators that ask for one
  std::string key_file;
  std::string token_file;
  bool insecure = false;  // plain text to another machine, against advice
};

// A channel with keepalive, size limits and quick reconnects. Does not connect yet. Refuses plain
// text to anything but this machine (permission_denied) unless `insecure`, and never sends a token
// in plain text over a network.
Result<std::shared_ptr<grpc::Channel>> make_channel(const Address& address,
                                                    const ClientSecurity& security);

inline constexpr Milliseconds kUnaryDeadline{10'000};

// Every unary call has a deadline: without one it may wait for ever.
void set_deadline(grpc::ClientContext* context, Milliseconds after = kUnaryDeadline);

}  // namespace foldmill::proto
