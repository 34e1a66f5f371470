#include "worker/options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <sstream>

#include "core/byte_size.h"
#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::worker {
namespace {

constexpr int kUsage = 2;
constexpr int64_t kBytesPerMiB = int64_t{1} << 20;
constexpr const char* kSystemDatasets = "/usr/share/datasets";  // where Debian puts them

std::filesystem::path default_cache() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
    return std::filesystem::path(cache) / "foldmill";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::filesystem::path(home) / ".cache" / "foldmill";
  return std::filesystem::temp_directory_path() / "foldmill-cache";
}

std::string check_slots(const std::string& text) {
  if (text == "auto") return {};
  const auto count = parse_int(text);
  constexpr int kMost = 1024;
  if (count && *count >= 1 && *count <= kMost) return {};
  return concat("'", text, "' is neither auto nor a number from 1 to ", kMost);
}

std::string check_threads(const std::string& text) {
  const auto count = parse_int(text);
  constexpr int kMost = 1024;
  if (count && *count >= 1 && *count <= kMost) return {};
  return concat("'", text, "' is not a number from 1 to ", kMost);
}

std::string check_label(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals != std::string::npos && equals > 0) return {};
  return concat("'", text, "' is not of the form KEY=VALUE");
}

std::string check_size(const std::string& text) {
  if (parse_byte_size(text)) return {};
  return concat("'", text, "' is no size such as 512MiB or 40GiB");
}

// Values that CLI11 delivers as text and Options keeps as something else.
struct Raw {
  std::string slots = "auto";
  std::string gpu_memory;
  std::vector<std::string> labels;
  std::string log_format = "text";
  int64_t patience = -1;
  int64_t grace = 30;
  int64_t progress = 900;
};

void declare(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--coordinator", options.coordinator, "host:port, [v6]:port or unix:/path")
      ->required()
      ->envname("FOLDMILL_COORDINATOR");
  app.add_option("--slots", raw.slots,
                 "attempts at a time: a number, or auto for one per GPU (per core without)")
      ->check(check_slots, "auto|N")
      ->default_str("auto");
  app.add_option("--threads", options.threads,
                 "of each slot's trainer; default: its share of this machine's cores")
      ->check(check_threads, "N");
  app.add_option("--device", options.device, "cpu, cuda or cuda:N; default: GPUs if there are any");
  app.add_option("--gpu-memory", raw.gpu_memory,
                 "of a GPU, that each slot has, for studies that ask for some; default: what "
                 "nvidia-smi says, shared by the slots of a GPU")
      ->check(check_size, "SIZE");
  app.add_option("--label", raw.labels, "what studies may ask for; may be repeated")
      ->check(check_label, "KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--name", options.name, "unique among the workers; default: the host's name");
  app.add_option("--trainer", options.trainer,
                 "the training program; default: foldmill-trainer beside this one");
  app.add_option("--trainer-arg", options.trainer_args, "passed to it; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--data-dir", options.data_dirs,
                 "where datasets are looked for; may be repeated; default: /usr/share/datasets")
      ->allow_extra_args(false);
  app.add_option("--cache", options.cache, "checkpoints and trainers' files");
  app.add_option("--cache-mb", options.cache_mb, "most that checkpoints may take there")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 40))
      ->capture_default_str();
  app.add_option("--patience", raw.patience,
                 "leave with exit code 75 after so many seconds without a coordinator; "
                 "default: never")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--grace", raw.grace, "seconds for checkpoints and last words on SIGTERM")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--progress-timeout", raw.progress,
                 "a trainer silent for so many seconds after its first epoch (and for 20 times "
                 "its slowest) counts as hung")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--die-with-parent", options.die_with_parent,
               "drain when the program that started this one ends");
}

void declare_security(CLI::App& app, proto::ClientSecurity& security) {
  app.add_flag("--tls", security.tls, "speak TLS, trusting the system's authorities");
  app.add_option("--tls-ca", security.ca_file, "trust this authority instead; switches TLS on");
  app.add_option("--tls-cert", security.cert_file, "this worker's certificate");
  app.add_option("--tls-key", security.key_file, "its key");
  app.add_option("--token-file", security.token_file, "file with the coordinator's token")
      ->envname("FOLDMILL_TOKEN_FILE");
  app.add_flag("--insecure", security.insecure, "allow plain text to another machine");
}

void declare_logging(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--log-level", options.log_level)
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}))
      ->capture_default_str();
  app.add_option("--log-file", options.log_file, "default: standard error");
  app.add_option("--log-format", raw.log_format)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

Options finish(Options options, const Raw& raw) {
  if (raw.slots != "auto") options.slots = static_cast<int>(*parse_int(raw.slots));
  if (!raw.gpu_memory.empty())
    options.gpu_memory_mib = *parse_byte_size(raw.gpu_memory) / kBytesPerMiB;
  for (const std::string& label : raw.labels) {
    const size_t equals = label.find('=');
    options.labels[label.substr(0, equals)] = label.substr(equals + 1);
  }
  if (options.data_dirs.empty()) options.data_dirs = {kSystemDatasets};
  if (raw.patience >= 0) options.patience = std::chrono::seconds(raw.patience);
  options.grace = std::chrono::seconds(raw.grace);
  options.progress = std::chrono::seconds(raw.progress);
  options.log_json = raw.log_format == "json";
  if (options.cache.empty()) options.cache = default_cache();
  options.cache = std::filesystem::absolute(options.cache);
  return options;
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
  CLI::App app{"Trains what a foldmill coordinator hands out, until it is told to stop.",
               "foldmill-worker"};
  app.set_version_flag("--version", FOLDMILL_VERSION);
  app.add_flag_callback("--failpoints",
                        [] { throw CLI::CallForVersion(failpoint_list("worker"), 0); })
      ->group("");  // for tests of the program: docs/failpoints.md
  Options options;
  Raw raw;
  declare(app, options, raw);
  declare_security(app, options.security);
  declare_logging(app, options, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    const int code = app.exit(error, out, out);
    return {std::nullopt, code == 0 ? 0 : kUsage, out.str()};
  }
  return {finish(std::move(options), raw), 0, {}};
}

}  // namespace foldmill::worker
