#include "coordinator/logging.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdio>

#include "coordinator/log_line.h"
#include "core/text.h"

namespace foldmill::coordinator {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %-5l %n  %v";

void append_json_string(std::string_view text, std::string* out) {
  *out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') *out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      *out += escaped;
    } else {
      *out += c;
    }
  }
  *out += '"';
}

void append_json_field(std::string_view key, std::string_view value, std::string* out) {
  *out += out->size() > 1 ? "," : "";
  append_json_string(key, out);
  *out += ':';
  append_json_string(value, out);
}

// {"time":"…","level":"info","component":"coordinator.engine","event":"trial pruned","study":"7",…}
// All values are strings: keys may then change their meaning without changing their type.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& dest) override {
    spdlog::memory_buf_t time;
    time_.format(message, time);
    const ParsedLogLine line = parse_log_line({message.payload.data(), message.payload.size()});
    const auto level = spdlog::level::to_string_view(message.level);
    std::string out = "{";
    append_json_field("time", {time.data(), time.size()}, &out);
    append_json_field("level", {level.data(), level.size()}, &out);
    append_json_field("component", {message.logger_name.data(), message.logger_name.size()}, &out);
    append_json_field("event", line.event, &out);
    for (const auto& [key, value] : line.fields) append_json_field(key, value, &out);
    out += "}\n";
    dest.append(out.data(), out.data() + out.size());
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonFormatter>(); }

 private:
  spdlog::pattern_formatter time_{"%Y-%m-%dT%H:%M:%S.%eZ", spdlog::pattern_time_type::utc, ""};
};

Result<spdlog::level::level_enum> parse_level(const std::string& text) {
  const auto level = spdlog::level::from_str(text);
  if (level == spdlog::level::off && text != "off")
    return invalid_argument(
        concat("log level '", text, "' is none of trace, debug, info, warn, error, off"));
  return level;
}

// The boundary where spdlog's exceptions end.
Result<spdlog::sink_ptr> open_sink(const std::string& file) {
  if (file.empty()) return spdlog::sink_ptr(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  try {
    return spdlog::sink_ptr(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file));
  } catch (const spdlog::spdlog_ex& error) {
    return permission_denied(concat("cannot write the log file ", file, ": ", error.what()));
  }
}

}  // namespace

Result<Logging> Logging::create(const LogOptions& options) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto level, parse_level(options.level));
  FOLDMILL_ASSIGN_OR_RETURN(spdlog::sink_ptr sink, open_sink(options.file));
  if (options.json) {
    sink->set_formatter(std::make_unique<JsonFormatter>());
  } else {
    sink->set_formatter(
        std::make_unique<spdlog::pattern_formatter>(kTextPattern, spdlog::pattern_time_type::utc));
  }
  return Logging(std::move(sink), level);
}

Logging Logging::none() {
  return Logging(std::make_shared<spdlog::sinks::null_sink_mt>(), spdlog::level::off);
}

Logger Logging::logger(const std::string& component) const {
  auto logger = std::make_shared<spdlog::logger>(component, sink_);
  logger->set_level(level_);
  logger->flush_on(spdlog::level::info);
  return logger;
}

}  // namespace foldmill::coordinator
