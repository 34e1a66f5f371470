#include "cli/local/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <thread>
#include <utility>

#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr Milliseconds kLookEvery{20};
constexpr size_t kLastLines = 10;
constexpr int kCannotRun = 127;

// Between fork and exec only async-signal-safe calls are allowed: other threads may have held
// locks.
[[noreturn]] void become(char* const* argv, int log, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotRun);  // it died before the line above
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  execv(argv[0], argv);
  _exit(kCannotRun);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& arguments,
                                         const std::filesystem::path& log) {
  const std::string& program = arguments.front();
  if (access(program.c_str(), X_OK) != 0)
    return unavailable(concat("cannot run ", program, ": ", std::strerror(errno),
                              "\n  it is looked for beside foldmill itself"));
  std::error_code ignored;
  std::filesystem::create_directories(log.parent_path(), ignored);
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0)
    return unavailable(concat("writing the log ", log.string(), ": ", std::strerror(errno)));
  const off_t log_start = lseek(file, 0, SEEK_END);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t self = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(argv.data(), file, self);
  const int reason = errno;
  close(file);
  if (pid < 0) return unavailable(concat("starting ", program, ": ", std::strerror(reason)));
  setpgid(pid, pid);  // in both, so that it holds whoever is first
  return ChildProcess(pid, std::filesystem::path(program).filename(), log, log_start);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      name_(std::move(other.name_)),
      log_(std::move(other.log_)),
      log_start_(other.log_start_),
      status_(other.status_) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0 || !running()) return;
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ChildProcess::running() {
  if (status_) return false;
  int status = 0;
  const pid_t done = waitpid(pid_, &status, WNOHANG);
  if (done == 0) return true;
  status_ = done == pid_ ? status : 0;
  return false;
}

void ChildProcess::signal(int number) {
  if (running()) kill(pid_, number);
}

bool ChildProcess::wait_for(Milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (running()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kLookEvery);
  }
  return true;
}

std::optional<int> ChildProcess::exit_code() const {
  if (!status_ || WIFSIGNALED(*status_)) return std::nullopt;
  return WEXITSTATUS(*status_);
}

std::string ChildProcess::describe_end() const {
  if (!status_) return "still running";
  if (WIFSIGNALED(*status_)) return concat("killed by signal ", WTERMSIG(*status_));
  if (WEXITSTATUS(*status_) == kCannotRun) return "it could not be run";
  return concat("exit code ", WEXITSTATUS(*status_));
}

std::string ChildProcess::last_words() const {
  std::ifstream stream(log_);
  stream.seekg(log_start_);
  std::deque<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(std::move(line));
    if (lines.size() > kLastLines) lines.pop_front();
  }
  std::string out;
  for (const std::string& line : lines) out += concat("  | ", line, "\n");
  return out + concat("  log: ", log_.string());
}

}  // namespace foldmill::cli
