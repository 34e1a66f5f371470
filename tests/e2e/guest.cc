#include "tests/e2e/guest.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace foldmill::e2e {
namespace {

constexpr const char* kUp = "guest: up";  // of guest_init.sh, which has not touched the disk yet
constexpr const char* kServing = "guest: serving";
constexpr int kServicePort = 7070;  // in the guest
constexpr std::chrono::minutes kPatience{3};
// On a busy machine an emulated one's kernel now and then waits for ever for its timer.
constexpr std::chrono::seconds kPatienceWithKernel{40};
constexpr int kBoots = 5;
// Without the clock that such a kernel, busy or not, has to measure first: it was once 36 s ahead.
constexpr const char* kKernelArguments =
    "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check clocksource=hpet ";

std::string accelerator() {
  const char* chosen = std::getenv("FOLDMILL_TEST_ACCEL");
  return chosen == nullptr ? "tcg" : chosen;
}

// qemu's monitor speaks lines of JSON.
class Monitor {
 public:
  explicit Monitor(const std::filesystem::path& at) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, at.c_str(), sizeof address.sun_path - 1);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      replies_ = ::fdopen(socket_, "r");
  }
  ~Monitor() {
    if (replies_ == nullptr)
      ::close(socket_);
    else
      std::fclose(replies_);
  }
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // The reply; empty when there is none.
  std::string ask(const std::string& request) {
    if (replies_ == nullptr || ::dprintf(socket_, "%s\n", request.c_str()) < 0) return "";
    for (char line[4096]; std::fgets(line, sizeof line, replies_) != nullptr;)
      if (std::strstr(line, "\"return\"") != nullptr || std::strstr(line, "\"error\"") != nullptr)
        return line;
    return "";
  }

 private:
  int socket_;
  FILE* replies_ = nullptr;
};

}  // namespace

ReservedPort::ReservedPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int reuse = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    std::abort();
  number_ = ntohs(address.sin_port);
}

ReservedPort::~ReservedPort() { ::close(socket_); }

std::string Guest::boot(const std::string& arguments) {
  for (int i = 0; i < kBoots; ++i) {
    switch_on(arguments);
    testing::eventually([this] { return says(kUp) || !is_on(); }, kPatienceWithKernel);
    if (says(kUp)) break;
    cut_power();
  }
  testing::eventually([this] { return says(kServing) || !is_on(); }, kPatience);
  return says(kServing) ? open_port() : "the virtual machine does not serve";
}

void Guest::switch_on(const std::string& arguments) {
  const auto file = [this](const char* name) { return (options_.directory / name).string(); };
  const std::string console = file("console.log");
  if (std::filesystem::exists(console))
    std::filesystem::rename(console, file("console-before.log"));
  qemu_.emplace(testing::Process::Options{
      .argv = {options_.qemu, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
               "-machine", "q35,accel=" + accelerator(), "-cpu", "max", "-m", "256", "-serial",
               "file:" + console, "-qmp", "unix:" + file("monitor") + ",server=on,wait=off",
               "-kernel", options_.kernel, "-initrd", options_.initramfs, "-append",
               kKernelArguments + arguments, "-drive",
               "if=none,id=data,format=raw," + options_.disk, "-device",
               // ext4 counts on it that a block of its superblock's size is written whole.
               "virtio-blk-pci,drive=data,logical_block_size=4096,physical_block_size=4096",
               "-netdev", "user,id=net,restrict=on", "-device",
               "virtio-net-pci,netdev=net,romfile="},
      .env = {},
      .log = file("qemu.log")});
}

bool Guest::says(const char* words) const {
  return testing::read_file(options_.directory / "console.log").find(words) != std::string::npos;
}

// Only now: qemu would take connections for a guest that does not answer yet.
std::string Guest::open_port() {
  Monitor monitor(options_.directory / "monitor");
  monitor.ask(R"({"execute": "qmp_capabilities"})");
  const std::string reply = monitor.ask(
      R"({"execute": "human-monitor-command", "arguments": {"command-line": "hostfwd_add tcp:)" +
      address() + "-:" + std::to_string(kServicePort) + "\"}}");
  return reply.find(R"("return": "")") != std::string::npos ? "" : "qemu opens no port: " + reply;
}

void Guest::cut_power() {
  if (!qemu_) return;
  qemu_->signal(SIGKILL);
  qemu_->wait_for(std::chrono::seconds(10));
}

bool Guest::is_on() { return qemu_ && qemu_->running(); }

}  // namespace foldmill::e2e
