#include "tests/bench/load/coordinator_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "core/text.h"
#include "proto/transport/address.h"
#include "proto/transport/channel.h"
#include "storage/study_reader.h"
#include "tests/bench/load/create_study.h"

namespace foldmill::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kStartLimit{120};
constexpr std::chrono::seconds kStopLimit{60};
constexpr std::chrono::milliseconds kLook{1};  // how exactly a start is timed
constexpr Milliseconds kCountLimit{300'000};

std::vector<std::string> command_line(const CoordinatorProcess::Options& options,
                                      const fs::path& address_file) {
  const fs::path& place = options.directory;
  std::vector<std::string> argv{options.program.string(),
                                "--db",
                                CoordinatorProcess::database_in(place).string(),
                                "--address-file",
                                address_file.string(),
                                "--log-file",
                                (place / "coordinator.log").string(),
                                "--die-with-parent"};
  if (options.unix_socket)
    argv.insert(argv.end(), {"--unix", (place / "s").string()});
  else
    argv.insert(argv.end(), {"--listen", "127.0.0.1:0"});
  return argv;
}

}  // namespace

Result<std::unique_ptr<Scratch>> Scratch::make(const fs::path& parent) {
  std::string name = (parent / "foldmill-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    return permission_denied(concat("cannot make a directory in ", parent.string(), ": ",
                                    std::strerror(errno), "; choose another --directory"));
  return std::unique_ptr<Scratch>(new Scratch(name));
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Result<std::unique_ptr<CoordinatorProcess>> CoordinatorProcess::start(const Options& options) {
  if (!fs::exists(options.program))
    return not_found(concat("there is no ", options.program.string(),
                            "; build it, or give "
                            "--coordinator"));
  const fs::path address_file = options.directory / "address";
  fs::remove(address_file);
  const OnCore pinned(options.core);
  std::unique_ptr<CoordinatorProcess> started(
      new CoordinatorProcess(testing::Process({.argv = command_line(options, address_file),
                                               .env = {},
                                               .log = options.directory / "coordinator.log"}),
                             options.directory));
  FOLDMILL_RETURN_IF_ERROR(started->wait_until_it_serves(address_file));
  return started;
}

Status CoordinatorProcess::wait_until_it_serves(const fs::path& address_file) {
  const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
  while (!fs::exists(address_file)) {
    if (!process_.running() || std::chrono::steady_clock::now() > deadline)
      return internal_error(concat("the coordinator does not serve; its log: ", log()));
    std::this_thread::sleep_for(kLook);
  }
  const std::string text = testing::read_file(address_file);
  address_ = text.substr(0, text.find('\n'));
  return ok_status();
}

Status CoordinatorProcess::create_study(const StudySpec& spec) const {
  FOLDMILL_ASSIGN_OR_RETURN(const proto::Address address, proto::parse_address(address_));
  FOLDMILL_ASSIGN_OR_RETURN(const auto channel, proto::make_channel(address, {}));
  return bench::create_study(channel, spec);
}

double CoordinatorProcess::wal_mb() const {
  std::error_code none;
  const auto bytes = fs::file_size(fs::path(database()) += "-wal", none);
  return none ? 0 : static_cast<double>(bytes) / (1 << 20);
}

Status CoordinatorProcess::stop() {
  process_.signal(SIGTERM);
  const std::optional<int> code = process_.wait_for(kStopLimit);
  if (code == 0) return ok_status();
  return internal_error(concat("the coordinator ended ",
                               code ? concat("with exit code ", *code) : std::string("never"),
                               "; its log: ", log()));
}

std::string CoordinatorProcess::log() const {
  constexpr size_t kTail = 2000;
  const std::string text = testing::read_file(directory_ / "coordinator.log");
  return text.size() > kTail ? text.substr(text.size() - kTail) : text;
}

Result<int64_t> recorded_reports(const fs::path& database) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto reader, storage::open_reader(database));
  FOLDMILL_ASSIGN_OR_RETURN(
      const Table table,
      reader->query("SELECT coalesce(sum(epochs), 0) FROM attempt_list", 1, kCountLimit));
  return std::get<int64_t>(table.rows.at(0).at(0));
}

Status check_recorded(const fs::path& database, int64_t acknowledged, int64_t uncertain) {
  FOLDMILL_ASSIGN_OR_RETURN(const int64_t recorded, recorded_reports(database));
  if (recorded >= acknowledged && recorded <= acknowledged + uncertain) return ok_status();
  return internal_error(concat(acknowledged, " reports were acknowledged, but ", recorded,
                               " are in the database: none of these figures counts"));
}

}  // namespace foldmill::bench
