#include "proto/transport/address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include "core/text.h"

namespace foldmill::proto {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

Status malformed(std::string_view text, std::string_view why) {
  return invalid_argument(concat("address '", text, "': ", why,
                                 "; write HOST:PORT (127.0.0.1:7070, [::1]:7070) or unix:/PATH"));
}

Result<Address> parse_unix(std::string_view text) {
  const std::string path(text.substr(kUnixPrefix.size()));
  if (path.empty()) return malformed(text, "the path of the socket is missing");
  if (path.size() > kMaxSocketPath)
    return malformed(
        text, concat("the path has ", path.size(), " bytes, a socket's at most ", kMaxSocketPath));
  return Address{Address::Kind::kUnix, "", 0, path};
}

// Splits at the last colon; an IPv6 address stands in brackets, so that there is a last one.
Result<Address> parse_tcp(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return malformed(text, "the port is missing");
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty()) return malformed(text, "the host is missing");
  if (!bracketed && host.find(':') != std::string_view::npos)
    return malformed(text, "an IPv6 address needs brackets");
  const std::optional<int64_t> port = parse_int(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535)
    return malformed(text, "the port is not a number from 0 to 65535");
  return Address{Address::Kind::kTcp, std::string(host), static_cast<int>(*port), ""};
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  return text.starts_with(kUnixPrefix) ? parse_unix(text) : parse_tcp(text);
}

std::string to_string(const Address& address) {
  if (address.kind == Address::Kind::kUnix) return concat(kUnixPrefix, address.path);
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return ipv6 ? concat("[", address.host, "]:", address.port)
              : concat(address.host, ":", address.port);
}

bool is_local(const Address& address) {
  if (address.kind == Address::Kind::kUnix || address.host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, address.host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, address.host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace foldmill::proto
