#include "coordinator/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "coordinator/exit_codes.h"
#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::coordinator {
namespace {

constexpr const char* kDefaultAddress = "127.0.0.1:7070";
constexpr int64_t kMinLeaseMs = 100;
constexpr int64_t kMaxLeaseMs = 86'400'000;
constexpr int64_t kMaxStallMs = 30 * kMaxLeaseMs;
constexpr int64_t kHeartbeatsPerLease = 6;  // when only the lease is given

constexpr const char* kFooter = R"(Exit codes:
  0   ended by SIGINT or SIGTERM; everything told is on disk
  2   usage
  4   the database cannot be used: not one, damaged, newer, or its directory is not writable
  5   cannot listen on the address
  7   another coordinator holds the database; the message names it
  70  a commit failed for good: start it again, nothing that was acknowledged is lost

Plain text is for loopback addresses and unix sockets. Any other address needs --tls-cert and
--tls-key with --token-file or --client-ca.)";

// Values that CLI11 delivers as text and Options keeps as something else.
struct Raw {
  std::string listen;
  std::string unix_path;
  std::string log_format = "text";
  int64_t lease_ms = engine::EngineOptions{}.lease.count();
  int64_t heartbeat_ms = 0;  // 0: from the lease
  int64_t reconnect_ms = engine::EngineOptions{}.reconnect.count();
  int64_t stall_floor_ms = engine::StallLimits{}.floor.count();
  int64_t stall_start_ms = engine::StallLimits{}.start.count();
};

void declare(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--db", options.database, "the database; made if it is not there")->required();
  app.add_flag("--allow-network-fs", options.allow_network_file_system,
               "use a database on a network file system, where locks cannot be trusted");
  app.add_option("--listen", raw.listen,
                 concat("host:port or [v6]:port; port 0: the system chooses; default: ",
                        kDefaultAddress, ", unless --unix is given"));
  app.add_option("--unix", raw.unix_path, "listen on a unix socket at this path (too)");
  app.add_option("--address-file", options.address_file,
                 "write the addresses served there, one a line, once they are");
  app.add_option("--lease-ms", raw.lease_ms, "a worker silent for so long has lost its folds")
      ->check(CLI::Range(kMinLeaseMs, kMaxLeaseMs))
      ->capture_default_str();
  app.add_option("--heartbeat-ms", raw.heartbeat_ms,
                 "how often workers say that they are alive; below a third of the lease; "
                 "default: a sixth of it")
      ->check(CLI::Range(int64_t{1}, kMaxLeaseMs));
  app.add_option(
         "--reconnect-ms", raw.reconnect_ms,
         "a worker whose connection breaks has lost its folds if it is not back in so long; "
         "the lease, where networks break for longer and workers seldom die")
      ->check(CLI::Range(int64_t{0}, kMaxLeaseMs))
      ->capture_default_str();
  app.add_option("--stall-factor", options.engine.stall.factor,
                 "an attempt that brings no epoch for so many times what is usual in its study is "
                 "taken back and tried elsewhere, though its worker is well; 0: never")
      ->check(CLI::Range(0.0, 1e6))
      ->envname("FOLDMILL_STALL_FACTOR")
      ->capture_default_str();
  app.add_option("--stall-floor-ms", raw.stall_floor_ms, "but not before so long")
      ->check(CLI::Range(int64_t{1}, kMaxStallMs))
      ->envname("FOLDMILL_STALL_FLOOR_MS")
      ->capture_default_str();
  app.add_option("--stall-start-ms", raw.stall_start_ms,
                 "the same for a first epoch while the study has none to compare with")
      ->check(CLI::Range(int64_t{1}, kMaxStallMs))
      ->envname("FOLDMILL_STALL_START_MS")
      ->capture_default_str();
  app.add_flag("--die-with-parent", options.die_with_parent,
               "end when the program that started this one ends");
}

void declare_security(CLI::App& app, proto::ServerSecurity& security) {
  app.add_option("--tls-cert", security.cert_file, "certificate chain (PEM); switches TLS on");
  app.add_option("--tls-key", security.key_file, "its key (PEM)");
  app.add_option("--client-ca", security.client_ca_file,
                 "callers need a certificate of this authority (PEM)");
  app.add_option("--token-file", security.token_file, "callers need the token in this file")
      ->envname("FOLDMILL_TOKEN_FILE");
  app.add_flag("--insecure", security.insecure,
               "serve other machines without protection; the log says so");
}

void declare_logging(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--log-level", options.log.level)
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  app.add_option("--log-file", options.log.file, "default: standard error");
  app.add_option("--log-format", raw.log_format)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

Result<std::vector<proto::Address>> addresses(const Raw& raw) {
  std::vector<proto::Address> out;
  if (!raw.listen.empty() || raw.unix_path.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(
        auto address, proto::parse_address(raw.listen.empty() ? kDefaultAddress : raw.listen));
    out.push_back(std::move(address));
  }
  if (!raw.unix_path.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(auto address, proto::parse_address(concat("unix:", raw.unix_path)));
    out.push_back(std::move(address));
  }
  return out;
}

Status set_times(const Raw& raw, engine::EngineOptions* engine) {
  const int64_t heartbeat = raw.heartbeat_ms > 0
                                ? raw.heartbeat_ms
                                : std::max<int64_t>(raw.lease_ms / kHeartbeatsPerLease, 1);
  if (heartbeat * 3 >= raw.lease_ms)
    return invalid_argument(concat("--heartbeat-ms ", heartbeat, " with --lease-ms ", raw.lease_ms,
                                   ": one lost heartbeat would cost a fold; ",
                                   "it must be below a third of the lease"));
  engine->lease = Milliseconds(raw.lease_ms);
  engine->heartbeat = Milliseconds(heartbeat);
  engine->reconnect = Milliseconds(raw.reconnect_ms);
  engine->stall.floor = Milliseconds(raw.stall_floor_ms);
  engine->stall.start = Milliseconds(raw.stall_start_ms);
  return ok_status();
}

Status finish(const Raw& raw, Options* options) {
  FOLDMILL_ASSIGN_OR_RETURN(options->listen, addresses(raw));
  FOLDMILL_RETURN_IF_ERROR(set_times(raw, &options->engine));
  options->log.json = raw.log_format == "json";
  // Refused here, before the database is touched; made again when it is time to listen.
  for (const proto::Address& address : options->listen) {
    const auto credentials = proto::make_server_credentials(address, options->security);
    if (!credentials.ok()) return credentials.status();
  }
  return ok_status();
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
  CLI::App app{"Searches hyperparameters: decides what workers train, and remembers it.",
               "foldmill-coordinator"};
  app.set_version_flag("--version", FOLDMILL_VERSION);
  app.add_flag_callback("--failpoints",
                        [] { throw CLI::CallForVersion(failpoint_list("coordinator"), 0); })
      ->group("");  // for tests of the program: docs/failpoints.md
  app.footer(kFooter);
  Options options;
  Raw raw;
  declare(app, options, raw);
  declare_security(app, options.security);
  declare_logging(app, options, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    const bool mistake = app.exit(error, text, text) != 0;
    return {std::nullopt, mistake ? kExitUsage : kExitOk, text.str()};
  }
  const Status status = finish(raw, &options);
  if (!status.ok()) return {std::nullopt, kExitUsage, concat("error: ", status.message(), "\n")};
  return {std::move(options), kExitOk, ""};
}

}  // namespace foldmill::coordinator
