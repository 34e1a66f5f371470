#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>

#include "core/result.h"
#include "proto/transport/address.h"

namespace foldmill::proto {

// What a server demands of those who call. Paths are empty when not given.
struct ServerSecurity {
  std::string cert_file;  // with key_file: TLS
  std::string key_file;
  std::string client_ca_file;  // clients need a certificate of these authorities
  std::string token_file;      // clients need this token
  bool insecure = false;       // allow what is refused otherwise, except tokens in plain text
};

// Refuses (permission_denied) an address beyond this machine without TLS or without a way to tell
// who calls. A unix socket is always plain: the file system guards it.
Result<std::shared_ptr<grpc::ServerCredentials>> make_server_credentials(
    const Address& address, const ServerSecurity& security);

// For the log: "tls+token", "this machine only", "none: plain text, anybody may call" …
std::string describe_protection(const Address& address, const ServerSecurity& security);

// Keepalive and size limits.
void apply_limits(grpc::ServerBuilder* builder);

}  // namespace foldmill::proto
