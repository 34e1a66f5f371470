// Peers that do not speak as they should, against the real coordinator: it serves others on, its
// memory does not grow with them, and what is worth a word is one line of its log.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include "core/random.h"
#include "proto/transport/channel.h"
#include "tests/e2e/cluster.h"
#include "tests/support/fake_worker.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

// A connection that speaks no gRPC.
class RawPeer {
 public:
  explicit RawPeer(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    connected_ =
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawPeer() { ::close(socket_); }
  RawPeer(RawPeer&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}
  RawPeer& operator=(RawPeer&&) = delete;

  bool connected() const { return connected_; }
  void say(const std::string& bytes) {
    (void)::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

 private:
  int socket_;
  bool connected_ = false;
};

std::string random_bytes(uint64_t seed, size_t count) {
  Random random(seed);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next_u32());
  return bytes;
}

class BadPeersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.start_coordinator();
    before_mib_ = resident_mib();
  }
  void TearDown() override {
    EXPECT_TRUE(cluster_.coordinator_runs()) << cluster_.logs();
    const auto channel = proto::make_channel(*proto::parse_address(cluster_.address()), {});
    testing::FakeWorker sound(*channel);
    sound.hello("sound");
    EXPECT_TRUE(sound.next<proto::Welcome>()) << "the coordinator no longer serves\n"
                                              << cluster_.logs();
    std::cout << "resident memory: " << before_mib_ << " MiB before, " << resident_mib()
              << " MiB after\n";
    EXPECT_LT(resident_mib() - before_mib_, 64);
  }

  double resident_mib() {
    std::istringstream status(
        testing::read_file("/proc/" + std::to_string(cluster_.coordinator().pid()) + "/status"));
    for (std::string word; status >> word;)
      if (double kib = 0; word == "VmRSS:" && status >> kib) return kib / 1024;
    return -1;
  }
  RawPeer peer() { return RawPeer(cluster_.address().substr(std::strlen("unix:"))); }

  Cluster cluster_{{.lease_ms = 1500, .heartbeat_ms = 300}};
  double before_mib_ = 0;
};

TEST_F(BadPeersTest, GarbageOnThePort) {
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const std::array<std::string, 6> speeches = {
        random_bytes(seed, 4096),
        "GET / HTTP/1.1\r\nHost: coordinator\r\n\r\n",
        "\x16\x03\x01\x02" + random_bytes(seed, 512),   // a TLS greeting
        preface + random_bytes(seed, 4096),             // frames without sense
        preface + settings + random_bytes(seed, 4096),  // after a sound beginning
        preface + settings + std::string("\xff\xff\xff\0\0\0\0\0\1", 9)};  // a frame of 16 MiB
    for (const std::string& speech : speeches) {
      RawPeer stranger = peer();
      EXPECT_TRUE(stranger.connected());
      stranger.say(speech);
    }
  }
}

TEST_F(BadPeersTest, ThousandsOfConnectionsThatSayNothing) {
  constexpr size_t kPeers = 3000;
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_max < kPeers + 200) GTEST_SKIP() << "too few descriptors on this machine";
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  std::vector<RawPeer> silent;
  for (size_t i = 0; i < kPeers; ++i) {
    silent.push_back(peer());
    ASSERT_TRUE(silent.back().connected()) << i;
  }
  EXPECT_EQ(cluster_.cli({"study", "list"}).exit_code, 0) << cluster_.logs();
  std::cout << "resident memory with " << kPeers << " of them: " << resident_mib() << " MiB\n";
  silent.clear();
}

TEST_F(BadPeersTest, SessionsThatNeverSayHello) {
  const auto channel = proto::make_channel(*proto::parse_address(cluster_.address()), {});
  std::vector<std::unique_ptr<testing::FakeWorker>> silent;
  for (int i = 0; i < 200; ++i) silent.push_back(std::make_unique<testing::FakeWorker>(*channel));
  for (const auto& worker : silent) {
    const grpc::Status status = worker->end();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
    EXPECT_EQ(status.error_message(), "no hello came within 1500 ms");
  }
  EXPECT_NE(cluster_.logs().find("no hello came"), std::string::npos);
}

TEST_F(BadPeersTest, MessagesOfAHundredMebibytes) {
  const auto channel = proto::make_channel(*proto::parse_address(cluster_.address()), {});
  for (int i = 0; i < 3; ++i) {
    testing::FakeWorker loud(*channel);
    proto::Hello hello;
    hello.name = std::string(size_t{100} << 20, 'x');
    loud.send({0, hello});
    EXPECT_EQ(loud.end().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
}

}  // namespace
}  // namespace foldmill::e2e
