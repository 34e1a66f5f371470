#include "proto/transport/channel.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <map>

#include "core/text.h"
#include "proto/transport/keepalive.h"
#include "proto/transport/text_file.h"
#include "proto/transport/token.h"

namespace foldmill::proto {
namespace {

using Credentials = std::shared_ptr<grpc::ChannelCredentials>;

// How long gRPC waits between attempts to connect: a coordinator that comes back is found soon.
constexpr int kMinReconnectMs = 200;
constexpr int kMaxReconnectMs = 5'000;

class TokenPlugin final : public grpc::MetadataCredentialsPlugin {
 public:
  explicit TokenPlugin(const std::string& token) : value_(concat(kBearerPrefix, token)) {}
  bool IsBlocking() const override { return false; }
  const char* GetType() const override { return "foldmill-token"; }
  grpc::Status GetMetadata(grpc::string_ref, grpc::string_ref, const grpc::AuthContext&,
                           std::multimap<grpc::string, grpc::string>* metadata) override {
    metadata->emplace(kAuthorizationKey, value_);
    return grpc::Status::OK;
  }

 private:
  const std::string value_;
};

bool wants_tls(const ClientSecurity& security) { return security.tls || !security.ca_file.empty(); }

Status check(const Address& address, const ClientSecurity& security) {
  if (security.cert_file.empty() != security.key_file.empty())
    return invalid_argument("a client certificate and its key must be given together");
  if (wants_tls(security) || is_local(address)) return ok_status();
  if (!security.token_file.empty())
    return permission_denied(
        concat("the token would travel to ", to_string(address), " in plain text; use TLS"));
  if (!security.insecure)
    return permission_denied(
        concat("plain text to ", to_string(address), " is refused; use TLS, or say --insecure"));
  return ok_status();
}

Result<Credentials> tls_credentials(const ClientSecurity& security) {
  grpc::SslCredentialsOptions options;
  if (!security.ca_file.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(options.pem_root_certs,
                              read_text_file(security.ca_file, "CA certificates"));
  }
  if (!security.cert_file.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(options.pem_cert_chain,
                              read_text_file(security.cert_file, "client certificate"));
    FOLDMILL_ASSIGN_OR_RETURN(options.pem_private_key,
                              read_text_file(security.key_file, "client key"));
  }
  return grpc::SslCredentials(options);
}

// The transport below a token: gRPC attaches call credentials to "secure" channels only, and for
// this machine "local" is the kind that counts as such without encrypting.
Credentials local_credentials(const Address& address) {
  return grpc::experimental::LocalCredentials(address.kind == Address::Kind::kUnix ? UDS
                                                                                   : LOCAL_TCP);
}

Result<Credentials> make_credentials(const Address& address, const ClientSecurity& security) {
  Credentials transport;
  if (wants_tls(security)) {
    FOLDMILL_ASSIGN_OR_RETURN(transport, tls_credentials(security));
  }
  if (security.token_file.empty())
    return transport ? transport : grpc::InsecureChannelCredentials();
  if (!transport) transport = local_credentials(address);
  FOLDMILL_ASSIGN_OR_RETURN(const std::string token, read_token_file(security.token_file));
  return grpc::CompositeChannelCredentials(
      transport, grpc::experimental::MetadataCredentialsFromPlugin(
                     std::make_unique<TokenPlugin>(token), GRPC_SECURITY_NONE));
}

grpc::ChannelArguments channel_arguments(const Address& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // no limit
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kMinReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  // A proxy from the environment must not catch what stays on this machine.
  if (is_local(address)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return arguments;
}

}  // namespace

Result<std::shared_ptr<grpc::Channel>> make_channel(const Address& address,
                                                    const ClientSecurity& security) {
  FOLDMILL_RETURN_IF_ERROR(check(address, security));
  FOLDMILL_ASSIGN_OR_RETURN(Credentials credentials, make_credentials(address, security));
  return grpc::CreateCustomChannel(to_string(address), credentials, channel_arguments(address));
}

void set_deadline(grpc::ClientContext* context, Milliseconds after) {
  context->set_deadline(std::chrono::system_clock::now() + after);
}

}  // namespace foldmill::proto
