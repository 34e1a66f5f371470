// A trainer that trains nothing: its curves follow from the parameters, its pace and its misdeeds
// are asked for. Reports train_loss, size and the objective. Speaks worker/protocol.md; keeps real
// checkpoints, so that a resumed attempt reports the same values as one that was never interrupted.
//
// Parameters, each optional: x and lr (numbers) shape the curve; ms_per_epoch is the pace;
// misbehave names a misdeed, done at epoch at_epoch (default 2):
//   crash exit garbage long_line hang wrong_attempt skip_epoch repeat_epoch nan diverge
//   ignore_stop (never listens) no_metric early_finish grandchild (leaves a process behind,
//   crashes)
// FOLDMILL_SCRIPT_PACE in the environment is the pace of studies whose parameters do not say one.
// Of models that are not the user's own it leaves a model.safetensors, and it judges those that it
// is given by the same made-up curve.
// FOLDMILL_SCRIPT_LOG in the environment names a file that gets a line for each epoch that was
// really trained: "study trial fold epoch attempt".
// FOLDMILL_SCRIPT in the environment is for what comes before any parameter:
//   exit_at_start never_ready wrong_protocol garbage_at_start

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

class Lines {
 public:
  explicit Lines(int fd) : fd_(fd) {}

  void send(const Json& message) { send_raw(message.dump() + "\n"); }
  void send_raw(const std::string& text) {
    size_t sent = 0;
    while (sent < text.size()) {
      const ssize_t count = ::send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) std::exit(0);  // the worker is gone
      sent += static_cast<size_t>(count);
    }
  }

  // The next message if one is there before `until`.
  std::optional<Json> receive(Clock::time_point until) {
    for (;;) {
      const size_t newline = buffer_.find('\n');
      if (newline != std::string::npos) {
        Json message = Json::parse(buffer_.substr(0, newline));
        buffer_.erase(0, newline + 1);
        return message;
      }
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
      pollfd wanted{fd_, POLLIN, 0};
      const int wait_ms = static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
      if (::poll(&wanted, 1, wait_ms) <= 0) {
        if (Clock::now() >= until) return std::nullopt;
        continue;
      }
      char bytes[4096];
      const ssize_t count = ::read(fd_, bytes, sizeof bytes);
      if (count <= 0) std::exit(0);  // the worker is gone
      buffer_.append(bytes, static_cast<size_t>(count));
    }
  }
  Json receive() { return *receive(Clock::time_point::max() - std::chrono::hours(24)); }

 private:
  int fd_;
  std::string buffer_;
};

[[noreturn]] void sleep_for_ever() {
  for (;;) ::pause();
}

void leave_a_grandchild() {
  const pid_t pid = ::fork();
  if (pid == 0) sleep_for_ever();
  std::cerr << "grandchild " << pid << std::endl;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One attempt: a value that moves towards its target, as a loss does.
class Attempt {
 public:
  Attempt(Lines& lines, const Json& assignment, const std::string& work_dir)
      : lines_(lines),
        name_(assignment["study"].get<std::string>() + " " +
              std::to_string(assignment["trial"].get<int64_t>())),
        id_(assignment["attempt"]),
        fold_(assignment["fold"]),
        epochs_(assignment["epochs"]),
        first_epoch_(assignment["first_epoch"]),
        checkpoint_every_(assignment["checkpoint_every_epochs"]),
        metric_(assignment["objective"]["metric"]),
        params_(assignment["params"]),
        misdeed_(params_.value("misbehave", "")),
        at_epoch_(params_.value("at_epoch", int64_t{2})),
        directory_(std::filesystem::path(work_dir) / ("attempt-" + std::to_string(id_))) {
    std::filesystem::create_directories(directory_);
    if (assignment.contains("resume_from")) load(assignment["resume_from"]["path"]);
    if (const Json& model = assignment["model"]; model.contains("encoder"))
      encoder_ = content_of(model["encoder"]["file"]);
    if (assignment.contains("evaluate")) encoder_ = content_of(assignment["evaluate"]["file"]);
    leaves_model_ = assignment["model"]["type"] != "command" && !assignment.contains("evaluate");
  }

  void run() {
    if (!resumable_)
      return lines_.send({{"type", "failed"},
                          {"attempt", id_},
                          {"cause", "data_missing"},
                          {"message", "the checkpoint cannot be read"}});
    lines_.send({{"type", "started"}, {"attempt", id_}});
    for (int64_t epoch = first_epoch_; epoch <= epochs_; ++epoch) {
      if (const auto stop = wait_for_stop()) return stopped(epoch - 1, *stop);
      if (epoch == at_epoch_ && misbehave(epoch)) return;
      step();
      write_down(epoch);
      report(epoch, value_);
      if (epoch % checkpoint_every_ == 0) checkpoint(epoch);
    }
    keep_artifacts();
    finish("completed");
  }

 private:
  void step() {
    const double x = params_.value("x", 0.0);
    const double lr = std::log10(params_.value("lr", 1e-2)) + 2.5;
    const double target = 0.1 + (x - 0.3) * (x - 0.3) + 0.05 * lr * lr + 0.01 * double(fold_);
    value_ = 0.6 * value_ + 0.4 * target;
  }

  void write_down(int64_t epoch) const {
    const char* path = std::getenv("FOLDMILL_SCRIPT_LOG");
    if (path == nullptr) return;
    std::ostringstream line;
    line << name_ << ' ' << fold_ << ' ' << epoch << ' ' << id_ << '\n';
    std::ofstream(path, std::ios::app) << line.str();  // one write: others append, too
  }

  // At odds with the value, which is best for x = 0.3.
  double size() const {
    const double x = params_.value("x", 0.0);
    return (x + 0.5) * (x + 0.5);
  }

  void report(int64_t epoch, double value) { report_as(id_, epoch, metric_, value); }
  void report_as(int64_t attempt, int64_t epoch, const std::string& metric, double value) {
    const auto number = [](double v) { return std::isnan(v) ? Json("nan") : Json(v); };
    lines_.send(
        {{"type", "epoch"},
         {"attempt", attempt},
         {"epoch", epoch},
         {"seconds", double(pace().count()) / 1000},
         {"metrics",
          {{"train_loss", number(value_ * 0.9)}, {"size", size()}, {metric, number(value)}}}});
  }

  std::chrono::milliseconds pace() const {
    const char* usual = std::getenv("FOLDMILL_SCRIPT_PACE");
    return std::chrono::milliseconds(
        params_.value("ms_per_epoch", int64_t{usual == nullptr ? 1 : std::atoi(usual)}));
  }

  // The epoch's time goes by; the cause when a stop for this attempt came.
  std::optional<std::string> wait_for_stop() {
    const auto until = Clock::now() + pace();
    while (const auto message = lines_.receive(until)) {
      if ((*message)["type"] == "shutdown") std::exit(0);
      if (misdeed_ == "ignore_stop") continue;
      if ((*message)["type"] == "stop" && (*message)["attempt"] == id_) return (*message)["cause"];
    }
    return std::nullopt;
  }

  void stopped(int64_t complete, const std::string& cause) {
    if (cause == "preempted" && complete >= first_epoch_ && complete > last_checkpoint_)
      checkpoint(complete);
    finish("stopped");
  }

  void finish(const std::string& outcome) {
    lines_.send({{"type", "finished"}, {"attempt", id_}, {"outcome", outcome}});
  }

  // True when the attempt is over with it.
  bool misbehave(int64_t epoch) {
    if (misdeed_ == "crash") ::raise(SIGKILL);
    if (misdeed_ == "grandchild") {
      leave_a_grandchild();
      ::raise(SIGABRT);
    }
    if (misdeed_ == "exit") {
      std::cerr << "Traceback: the user's code gave up" << std::endl;
      std::exit(3);
    }
    if (misdeed_ == "hang") {
      ::signal(SIGTERM, SIG_IGN);
      sleep_for_ever();
    }
    if (misdeed_ == "garbage") return lines_.send_raw("Epoch 2: loss=0.3\n"), true;
    if (misdeed_ == "long_line") return lines_.send_raw(std::string(2 << 20, 'x') + "\n"), true;
    if (misdeed_ == "wrong_attempt") return report_as(id_ + 1, epoch, metric_, 1), true;
    if (misdeed_ == "skip_epoch") return report(epoch + 1, 1), true;
    if (misdeed_ == "repeat_epoch") return report(epoch - 1, 1), true;
    if (misdeed_ == "no_metric") return report_as(id_, epoch, "another", 1), true;
    if (misdeed_ == "early_finish") return finish("completed"), true;
    if (misdeed_ == "nan") value_ = std::nan("");
    if (misdeed_ == "diverge") {
      report(epoch, std::nan(""));
      lines_.send({{"type", "failed"},
                   {"attempt", id_},
                   {"cause", "diverged"},
                   {"message", metric_ + " is nan at epoch " + std::to_string(epoch)}});
      return true;
    }
    return false;
  }

  void checkpoint(int64_t epoch) {
    last_checkpoint_ = epoch;
    const auto path = directory_ / ("epoch-" + std::to_string(epoch) + ".ckpt");
    if (!save(path)) {  // costs its epochs, should somebody have to go on from it
      if (!std::exchange(failing_, true))
        std::cerr << "foldmill: warning: no checkpoint of epoch " << epoch << std::endl;
      return;
    }
    failing_ = false;
    lines_.send(
        {{"type", "checkpoint"}, {"attempt", id_}, {"epoch", epoch}, {"path", path.string()}});
    std::filesystem::remove(directory_ / ("epoch-" + std::to_string(epoch - 2) + ".ckpt"));
  }

  void keep_artifacts() {
    keep_artifact("state.json");
    if (leaves_model_) keep_artifact("model.safetensors");
  }
  void keep_artifact(const std::string& name) {
    const auto path = directory_ / name;
    // Files are kept by content: bytes of its own, as a model's are beside its checkpoint's.
    if (!save(path, name)) std::cerr << "cannot write " << path << std::endl;
    lines_.send({{"type", "artifact"}, {"attempt", id_}, {"name", name}, {"path", path.string()}});
  }

  bool save(const std::filesystem::path& path, const std::string& artifact = "") const {
    Json state{{"value", value_}, {"params", params_}, {"fold", fold_}, {"encoder", encoder_}};
    if (!artifact.empty()) state["artifact"] = artifact;
    std::ofstream file(path);
    file << state;
    return file.flush().good();
  }
  void load(const std::string& path) {
    std::ifstream file(path);
    const Json saved = Json::parse(file, nullptr, /*allow_exceptions=*/false);
    resumable_ = saved.is_object();
    if (resumable_) value_ = saved["value"];
  }

  Lines& lines_;
  std::string name_;  // of the study, and the trial's number
  int64_t id_, fold_, epochs_, first_epoch_, checkpoint_every_;
  std::string metric_;
  Json params_;
  std::string misdeed_;
  int64_t at_epoch_;
  std::filesystem::path directory_;
  double value_ = 2.0;
  bool failing_ = false;   // the last checkpoint could not be written
  bool resumable_ = true;  // false: the checkpoint to go on from is damaged
  std::string encoder_;    // its file's content, to show that it was there
  bool leaves_model_ = false;
  int64_t last_checkpoint_ = 0;
};

void greet(Lines& lines, const std::string& script) {
  if (script == "exit_at_start") {
    std::cerr << "no such module" << std::endl;
    std::exit(4);
  }
  if (script == "never_ready") sleep_for_ever();
  if (script == "garbage_at_start") lines.send_raw("hello there\n");
  lines.send({{"type", "ready"},
              {"protocol", script == "wrong_protocol" ? 99 : 1},
              {"name", "scripted-trainer"},
              {"version", "1"},
              {"models", Json::array()},
              {"devices", {"cpu"}}});
}

}  // namespace

int main() {
  const char* descriptor = std::getenv("FOLDMILL_TRAINER_FD");
  if (descriptor == nullptr) {
    std::cerr << "FOLDMILL_TRAINER_FD is not set: a trainer is started by foldmill-worker\n";
    return 2;
  }
  const char* script = std::getenv("FOLDMILL_SCRIPT");
  Lines lines(std::atoi(descriptor));
  const Json hello = lines.receive();
  greet(lines, script == nullptr ? "" : script);
  for (;;) {
    const Json message = lines.receive();
    if (message["type"] == "shutdown") return 0;
    if (message["type"] == "assignment") Attempt(lines, message, hello["work_dir"]).run();
  }
}
