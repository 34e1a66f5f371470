#include "tests/e2e/disk_server.h"

#include <endian.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <vector>

#include "tests/support/process.h"

namespace foldmill::e2e {
namespace {

// The names and numbers of the protocol's description (NetworkBlockDevice/nbd, doc/proto.md).
constexpr uint64_t kHello = 0x4e42444d41474943;    // "NBDMAGIC"
constexpr uint64_t kOptions = 0x49484156454f5054;  // "IHAVEOPT"
constexpr uint64_t kOptionReply = 0x3e889045565a9;
constexpr uint32_t kRequest = 0x25609513;
constexpr uint32_t kReply = 0x67446698;
constexpr uint16_t kFixedNewStyle = 1, kNoZeroes = 2;              // handshake flags
constexpr uint16_t kHasFlags = 1, kSendsFlush = 4, kSendsFua = 8;  // transmission flags
constexpr uint32_t kOptionAbort = 2, kOptionInfo = 6, kOptionGo = 7;
constexpr uint32_t kAck = 1, kInfo = 3, kUnsupported = 0x80000001;
constexpr uint16_t kInfoExport = 0;
constexpr uint16_t kRead = 0, kWrite = 1, kDisconnect = 2, kFlush = 3;
constexpr uint16_t kFua = 1;

// Numbers of the network's byte order.
template <class Number>
Number swapped(Number number) {
  if constexpr (sizeof(Number) == 2) return be16toh(number);
  if constexpr (sizeof(Number) == 4) return be32toh(number);
  if constexpr (sizeof(Number) == 8) return be64toh(number);
}

// One connection. After the first failure everything fails.
class Wire {
 public:
  explicit Wire(int socket) : socket_(socket) {}
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool good() const { return good_; }

  bool take(std::span<std::byte> bytes) {
    for (size_t done = 0; good_ && done < bytes.size();) {
      const ssize_t n = ::recv(socket_, bytes.data() + done, bytes.size() - done, 0);
      good_ = n > 0;
      done += static_cast<size_t>(std::max<ssize_t>(n, 0));
    }
    return good_;
  }
  template <class Number>
  Number take() {
    Number number{};
    take(std::as_writable_bytes(std::span(&number, 1)));
    return swapped(number);
  }

  void send(std::span<const std::byte> bytes) {
    for (size_t done = 0; good_ && done < bytes.size();) {
      const ssize_t n = ::send(socket_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      good_ = n > 0;
      done += static_cast<size_t>(std::max<ssize_t>(n, 0));
    }
  }
  template <class... Numbers>
  requires(std::is_integral_v<Numbers>&&...) void send(Numbers... numbers) {
    const auto one = [this](auto number) {
      number = swapped(number);
      send(std::as_bytes(std::span(&number, 1)));
    };
    (one(numbers), ...);
  }

 private:
  int socket_;
  bool good_ = true;
};

// Until the client has chosen the one disk there is; false when it goes instead.
bool negotiate(Wire& wire, uint64_t disk_size) {
  wire.send(kHello, kOptions, uint16_t{kFixedNewStyle | kNoZeroes});
  wire.take<uint32_t>();  // the client's flags
  while (wire.good() && wire.take<uint64_t>() == kOptions) {
    const auto option = wire.take<uint32_t>();
    std::vector<std::byte> details(wire.take<uint32_t>());
    wire.take(details);
    const auto reply = [&](uint32_t type, uint32_t size) {
      wire.send(kOptionReply, option, type, size);
    };
    if (option == kOptionAbort) return false;
    if (option != kOptionGo && option != kOptionInfo) {
      reply(kUnsupported, 0);
      continue;
    }
    reply(kInfo, sizeof kInfoExport + sizeof disk_size + sizeof kHasFlags);
    wire.send(kInfoExport, disk_size, uint16_t{kHasFlags | kSendsFlush | kSendsFua});
    reply(kAck, 0);
    if (option == kOptionGo) return wire.good();
  }
  return false;
}

struct Request {
  uint16_t flags, type;
  uint64_t handle, offset;
  uint32_t size;
};

void answer(Wire& wire, ForgetfulDisk& disk, const Request& request) {
  std::vector<std::byte> data(request.type == kRead || request.type == kWrite ? request.size : 0);
  bool done = true;
  if (request.type == kWrite) {
    if (!wire.take(data)) return;
    done = disk.write(request.offset, data);
    if ((request.flags & kFua) != 0) disk.flush(request.offset, request.size);
  } else if (request.type == kRead) {
    done = disk.read(request.offset, data);
  } else {
    done = request.type == kFlush;
    disk.flush();
  }
  wire.send(kReply, uint32_t{done ? 0u : EIO}, request.handle);
  if (request.type == kRead && done) wire.send(data);
}

}  // namespace

DiskServer::DiskServer(const std::filesystem::path& file, const std::filesystem::path& socket,
                       uint64_t seed)
    : disk_(file, seed), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 1) != 0)
    failed_ = true;
  thread_ = std::thread([this] { run(); });
}

// The machine is off by then: else this waits for it.
DiskServer::~DiskServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void DiskServer::run() {
  for (;;) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    on_ = true;
    serve(connection);
    on_ = false;
  }
}

void DiskServer::serve(int connection) {
  Wire wire(connection);
  if (!negotiate(wire, disk_.size())) return;
  while (wire.take<uint32_t>() == kRequest) {
    Request request{};
    request.flags = wire.take<uint16_t>();
    request.type = wire.take<uint16_t>();
    request.handle = wire.take<uint64_t>();
    request.offset = wire.take<uint64_t>();
    request.size = wire.take<uint32_t>();
    if (!wire.good()) break;
    if (request.type == kDisconnect) return disk_.flush();
    answer(wire, disk_, request);
  }
  if (!disk_.cut_power(forgets_everything_)) failed_ = true;
}

bool DiskServer::wait_until_off() {
  return testing::eventually([this] { return !on_; }) && !failed_;
}

}  // namespace foldmill::e2e
