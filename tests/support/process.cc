#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace foldmill::testing {
namespace {

// Only what is allowed between fork and exec. The group dies with the test's thread as far as the
// kernel can see to it: the leader gets SIGKILL when its parent goes.
[[noreturn]] void become(const std::vector<char*>& argv, const std::vector<char*>& env, int out,
                         int err) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execve(argv[0], argv.data(), env.data());
  _exit(127);
}

pid_t spawn(const std::vector<std::string>& argv, const std::map<std::string, std::string>& extra,
            int out, int err) {
  std::map<std::string, std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) merged[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const auto& [key, value] : extra) merged[key] = value;
  std::vector<std::string> env_text;
  for (const auto& [key, value] : merged) env_text.push_back(key + "=" + value);

  const auto pointers = [](const std::vector<std::string>& strings) {
    std::vector<char*> out_pointers;
    for (const std::string& s : strings) out_pointers.push_back(const_cast<char*>(s.c_str()));
    out_pointers.push_back(nullptr);
    return out_pointers;
  };
  const std::vector<char*> argv_pointers = pointers(argv);
  const std::vector<char*> env_pointers = pointers(env_text);
  const pid_t pid = fork();
  if (pid == 0) become(argv_pointers, env_pointers, out, err);
  if (pid > 0) setpgid(pid, pid);  // whoever of the two comes first
  return pid;
}

int decode(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

std::string built_program(const std::string& name) { return FOLDMILL_PROGRAMS "/" + name; }

Process::Process(const Options& options) {
  const char* path = options.log.empty() ? "/dev/null" : options.log.c_str();
  const int out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  pid_ = spawn(options.argv, options.env, out, out);
  close(out);
}

Process::Process(Process&& other) noexcept : pid_(other.pid_), status_(other.status_) {
  other.pid_ = -1;
}

Process::~Process() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  reap(true);
}

void Process::signal(int number) { kill(pid_, number); }
void Process::signal_group(int number) { kill(-pid_, number); }

bool Process::reap(bool block) {
  if (status_) return true;
  int status = 0;
  if (waitpid(pid_, &status, block ? 0 : WNOHANG) != pid_) return false;
  status_ = decode(status);
  return true;
}

bool Process::running() { return !reap(false); }

std::optional<int> Process::wait_for(std::chrono::milliseconds timeout) {
  eventually([this] { return reap(false); }, timeout);
  return status_;
}

Output run_program(const std::vector<std::string>& argv,
                   const std::map<std::string, std::string>& env,
                   std::chrono::milliseconds timeout) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) return {};
  const pid_t pid = spawn(argv, env, out[1], err[1]);
  close(out[1]);
  close(err[1]);

  Output result;
  const auto end = std::chrono::steady_clock::now() + timeout;
  pollfd fds[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  std::string* texts[2] = {&result.out, &result.err};
  int open_ends = 2;
  while (open_ends > 0 && std::chrono::steady_clock::now() < end) {
    if (poll(fds, 2, 100) <= 0) continue;
    for (int i = 0; i < 2; ++i) {
      if (fds[i].fd < 0 || fds[i].revents == 0) continue;
      char buffer[1 << 14];
      const ssize_t n = read(fds[i].fd, buffer, sizeof buffer);
      if (n > 0) {
        texts[i]->append(buffer, static_cast<size_t>(n));
      } else {
        close(fds[i].fd);
        fds[i].fd = -1;
        --open_ends;
      }
    }
  }
  for (const pollfd& fd : fds)
    if (fd.fd >= 0) close(fd.fd);
  if (open_ends > 0) kill(-pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  result.exit_code = decode(status);
  return result;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  std::istringstream text(read_file("/proc/" + std::to_string(parent) + "/task/" +
                                    std::to_string(parent) + "/children"));
  pid_t child = 0;
  while (text >> child) children.push_back(child);
  return children;
}

bool process_exists(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const size_t paren = stat.rfind(')');
  return paren != std::string::npos && paren + 2 < stat.size() && stat[paren + 2] != 'Z';
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void pause_between_looks() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

}  // namespace foldmill::testing
