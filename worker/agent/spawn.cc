#include "worker/agent/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::worker {
namespace {

constexpr int kTrainerFd = 3;

class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.release()) {}
  OwnedFd& operator=(OwnedFd&&) = delete;
  ~OwnedFd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct Pair {
  OwnedFd ours, theirs;
};

Status system_failure(std::string_view what) {
  return unavailable(concat(what, ": ", std::strerror(errno)));
}

Result<Pair> make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return system_failure("making a pipe for a trainer");
  return Pair{OwnedFd(fds[0]), OwnedFd(fds[1])};
}

Result<Pair> make_socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0)
    return system_failure("making a socket for a trainer");
  return Pair{OwnedFd(fds[0]), OwnedFd(fds[1])};
}

std::vector<std::string> environment_of(const TrainerCommand& command) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : command.env) variables[name] = value;
  variables["FOLDMILL_TRAINER_FD"] = std::to_string(kTrainerFd);
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(concat(name, "=", value));
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Everything the child needs, made before the fork: after it only async-signal-safe calls are
// allowed, because gRPC's threads may hold any lock.
struct ChildPlan {
  char* const* argv;
  char* const* envp;
  const char* workdir;  // null: stay
  int socket, output, null_input, failure;
  pid_t parent;
};

enum class Step : int { kWorkdir = 1, kExec = 2 };
struct Failure {
  Step step;
  int error;
};

[[noreturn]] void fail(const ChildPlan& plan, Step step) {
  const Failure failure{step, errno};
  // Nothing can be done when even this fails; the parent then sees a child that died at once.
  [[maybe_unused]] const ssize_t written = ::write(plan.failure, &failure, sizeof failure);
  ::_exit(127);
}

void restore_signals() {
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void close_inherited_on_exec() {
#ifdef SYS_close_range
  constexpr unsigned kCloseRangeCloexec = 1U << 2;
  if (::syscall(SYS_close_range, 3U, ~0U, kCloseRangeCloexec) == 0) return;
#endif
  constexpr int kHighestLikely = 4096;
  for (int fd = 3; fd < kHighestLikely; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void become_trainer(const ChildPlan& plan) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);  // it died before prctl
  restore_signals();
  close_inherited_on_exec();
  ::dup2(plan.null_input, STDIN_FILENO);
  ::dup2(plan.output, STDOUT_FILENO);
  ::dup2(plan.output, STDERR_FILENO);
  ::dup2(plan.socket, kTrainerFd);
  if (plan.workdir != nullptr && ::chdir(plan.workdir) != 0) fail(plan, Step::kWorkdir);
  ::execvpe(plan.argv[0], plan.argv, plan.envp);
  fail(plan, Step::kExec);
}

// Moves a descriptor out of the way of the numbers the child will overwrite.
Result<OwnedFd> raised(const OwnedFd& fd) {
  const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 10);
  if (copy < 0) return system_failure("preparing a trainer's descriptors");
  return OwnedFd(copy);
}

// Nothing when the program runs; else why it does not. The pipe closes at exec.
Status start_failure(const TrainerCommand& command, int pipe) {
  Failure failure{};
  ssize_t got = 0;
  do {
    got = ::read(pipe, &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got != sizeof failure) return ok_status();
  const char* reason = std::strerror(failure.error);
  if (failure.step == Step::kWorkdir)
    return failed_precondition(
        concat("cannot start the trainer in directory '", command.workdir, "': ", reason));
  return failed_precondition(concat("cannot start the trainer '", command.argv[0], "': ", reason,
                                    "; give its path with --trainer"));
}

void make_nonblocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

Result<SpawnedChild> spawn_child(const TrainerCommand& command) {
  if (command.argv.empty()) return invalid_argument("the trainer's command is empty");
  FOLDMILL_ASSIGN_OR_RETURN(Pair socket, make_socket_pair());
  FOLDMILL_ASSIGN_OR_RETURN(Pair output, make_pipe());
  FOLDMILL_ASSIGN_OR_RETURN(Pair failure, make_pipe());
  const OwnedFd null_input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  FOLDMILL_ASSIGN_OR_RETURN(const OwnedFd child_socket, raised(socket.theirs));
  FOLDMILL_ASSIGN_OR_RETURN(const OwnedFd child_output, raised(output.theirs));
  FOLDMILL_ASSIGN_OR_RETURN(OwnedFd child_failure, raised(failure.theirs));
  ::close(failure.theirs.release());

  std::vector<std::string> arguments = command.argv;
  std::vector<std::string> environment = environment_of(command);
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  const ChildPlan plan{argv.data(),
                       envp.data(),
                       command.workdir.empty() ? nullptr : command.workdir.c_str(),
                       child_socket.get(),
                       child_output.get(),
                       null_input.get(),
                       child_failure.get(),
                       ::getpid()};
  failpoint("spawn.before");
  const pid_t pid = ::fork();
  if (pid < 0) return system_failure("starting a process for the trainer");
  if (pid == 0) become_trainer(plan);
  failpoint("spawn.after");
  ::setpgid(pid, pid);  // both sides do it: whoever is first, the group is there before a kill
  ::close(child_failure.release());
  if (Status failed = start_failure(command, failure.ours.get()); !failed.ok()) {
    ::waitpid(pid, nullptr, 0);
    return failed;
  }
  make_nonblocking(socket.ours.get());
  make_nonblocking(output.ours.get());
  return SpawnedChild{pid, socket.ours.release(), output.ours.release()};
}

}  // namespace foldmill::worker
