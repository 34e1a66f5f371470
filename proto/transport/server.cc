#include "proto/transport/server.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_metadata_processor.h>

#include "core/text.h"
#include "proto/transport/keepalive.h"
#include "proto/transport/text_file.h"
#include "proto/transport/token.h"

namespace foldmill::proto {
namespace {

using Credentials = std::shared_ptr<grpc::ServerCredentials>;

// Runs on gRPC's threads before any handler of ours; constant after construction.
class TokenProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit TokenProcessor(const std::string& token) : expected_(concat(kBearerPrefix, token)) {}
  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext*, OutputMetadata* consumed,
                       OutputMetadata*) override {
    const auto found = metadata.find(kAuthorizationKey);
    if (found == metadata.end())
      return {grpc::StatusCode::UNAUTHENTICATED,
              "this coordinator asks for a token; give --token-file"};
    if (!constant_time_equal({found->second.data(), found->second.size()}, expected_))
      return {grpc::StatusCode::UNAUTHENTICATED,
              "the token is not this coordinator's; compare the token files"};
    consumed->emplace(kAuthorizationKey, std::string(found->second.data(), found->second.size()));
    return grpc::Status::OK;
  }

 private:
  const std::string expected_;
};

bool uses_tls(const Address& address, const ServerSecurity& security) {
  return address.kind == Address::Kind::kTcp && !security.cert_file.empty();
}

Status check(const Address& address, const ServerSecurity& security) {
  if (security.cert_file.empty() != security.key_file.empty())
    return invalid_argument("a server certificate and its key must be given together");
  if (!security.client_ca_file.empty() && security.cert_file.empty())
    return invalid_argument("client certificates need TLS: give the server's certificate and key");
  if (is_local(address)) return ok_status();
  if (!uses_tls(address, security)) {
    if (!security.token_file.empty())
      return permission_denied(concat("listening on ", to_string(address),
                                      ": the token would travel in plain text; use TLS"));
    if (!security.insecure)
      return permission_denied(
          concat("listening on ", to_string(address), " in plain text is refused: ",
                 "use TLS with a token or client certificates, a loopback address, or --insecure"));
  } else if (security.token_file.empty() && security.client_ca_file.empty() && !security.insecure) {
    return permission_denied(concat("listening on ", to_string(address), ": anybody could call; ",
                                    "use a token or client certificates, or say --insecure"));
  }
  return ok_status();
}

Result<Credentials> tls_credentials(const ServerSecurity& security) {
  const bool mutual = !security.client_ca_file.empty();
  grpc::SslServerCredentialsOptions options(
      mutual ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
             : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  FOLDMILL_ASSIGN_OR_RETURN(pair.cert_chain,
                            read_text_file(security.cert_file, "server certificate"));
  FOLDMILL_ASSIGN_OR_RETURN(pair.private_key, read_text_file(security.key_file, "server key"));
  options.pem_key_cert_pairs.push_back(std::move(pair));
  if (mutual) {
    FOLDMILL_ASSIGN_OR_RETURN(options.pem_root_certs,
                              read_text_file(security.client_ca_file, "client CA"));
  }
  return grpc::SslServerCredentials(options);
}

// gRPC runs a metadata processor on "secure" servers only; "local" is the kind that counts as such
// without encrypting, and it checks that the peer is on this machine.
Credentials local_credentials(const Address& address) {
  return grpc::experimental::LocalServerCredentials(
      address.kind == Address::Kind::kUnix ? UDS : LOCAL_TCP);
}

}  // namespace

Result<Credentials> make_server_credentials(const Address& address,
                                            const ServerSecurity& security) {
  FOLDMILL_RETURN_IF_ERROR(check(address, security));
  Credentials credentials;
  if (uses_tls(address, security)) {
    FOLDMILL_ASSIGN_OR_RETURN(credentials, tls_credentials(security));
  }
  if (security.token_file.empty())
    return credentials ? credentials : grpc::InsecureServerCredentials();
  if (!credentials) credentials = local_credentials(address);
  FOLDMILL_ASSIGN_OR_RETURN(const std::string token, read_token_file(security.token_file));
  credentials->SetAuthMetadataProcessor(std::make_shared<TokenProcessor>(token));
  return credentials;
}

std::string describe_protection(const Address& address, const ServerSecurity& security) {
  const bool tls = uses_tls(address, security);
  const bool mutual = tls && !security.client_ca_file.empty();
  const bool token = !security.token_file.empty();
  if (!tls && !token && !is_local(address)) return "none: plain text, anybody may call";
  if (tls && !token && !mutual && !is_local(address)) return "tls, but anybody may call";
  std::string text = tls ? "tls" : "this machine only";
  if (mutual) text += "+client certificates";
  if (token) text += "+token";
  return text;
}

void apply_limits(grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // no limit
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kMinPingIntervalMs);
  // Connections on which nobody says anything go soon.
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  // Two programs on one port would share the callers between them without a word.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder->SetMaxSendMessageSize(kMaxMessageBytes);
}

}  // namespace foldmill::proto
