// Two workers, each in a network namespace of its own behind a virtual cable to the coordinator,
// and cables that are pulled: what the kernel's TCP does is part of it. Needs root and iproute2.

#include <gtest/gtest.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include "core/text.h"
#include "tests/e2e/holder_run.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

constexpr const char* kIp = "/usr/sbin/ip";

bool ip(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), kIp);
  return testing::run_program(arguments).exit_code == 0;
}

// The first three numbers of a network's addresses; others for every process, because tests run
// side by side.
std::string network(int number) {
  const int process = static_cast<int>(::getpid());
  return concat("10.", 64 + process % 128, ".", process / 128 % 100 * 2 + number);
}

// A namespace with a cable to ours: .1 here, .2 there.
class Machine {
 public:
  explicit Machine(int number)
      : name_("foldmill" + std::to_string(::getpid()) + "-" + std::to_string(number)),
        cable_("fm" + std::to_string(::getpid() % 100000) + "-" + std::to_string(number)),
        net_(network(number)) {
    const std::string there = cable_ + "t";
    made_ = ip({"netns", "add", name_}) &&
            ip({"link", "add", cable_, "type", "veth", "peer", "name", there, "netns", name_}) &&
            ip({"addr", "add", net_ + ".1/24", "dev", cable_}) &&
            ip({"link", "set", cable_, "up"}) &&
            ip({"-n", name_, "addr", "add", net_ + ".2/24", "dev", there}) &&
            ip({"-n", name_, "link", "set", there, "up"}) &&
            ip({"-n", name_, "link", "set", "lo", "up"});
  }
  ~Machine() {
    ip({"link", "del", cable_});
    ip({"netns", "del", name_});
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  bool made() const { return made_; }
  void plug(bool in) { EXPECT_TRUE(ip({"link", "set", cable_, in ? "up" : "down"})); }
  WorkerPlace place(const std::string& port) const {
    return {.coordinator = net_ + ".1:" + port, .under = {kIp, "netns", "exec", name_}};
  }

 private:
  std::string name_;
  std::string cable_;
  std::string net_;
  bool made_ = false;
};

struct Partition {
  const char* name;
  double leases;
  friend std::ostream& operator<<(std::ostream& out, const Partition& partition) {
    return out << partition.name;
  }
};

class NamespaceTest : public ::testing::TestWithParam<Partition> {
 protected:
  void SetUp() override {
    if (::geteuid() != 0 || ::access(kIp, X_OK) != 0)
      GTEST_SKIP() << "network namespaces need root and iproute2";
    for (int number = 1; number <= 2; ++number)
      machines_.push_back(std::make_unique<Machine>(number));
    if (!machines_[0]->made() || !machines_[1]->made())
      GTEST_SKIP() << "this machine makes no network namespaces";
  }

  std::string port() {
    const std::string served = testing::read_file(run_.cluster().directory() / "address");
    const size_t begin = served.find("0.0.0.0:") + 8;
    return served.substr(begin, served.find('\n', begin) - begin);
  }

  std::vector<std::unique_ptr<Machine>> machines_;
  HolderRun run_{{.lease_ms = 10'000, .heartbeat_ms = 1000, .listen = "0.0.0.0:0"},
                 {.trials = 3, .folds = 1, .epochs = 90, .ms_per_epoch = 800}};
};

TEST_P(NamespaceTest, APulledCable) {
  run_.start_coordinator();
  const std::string at = port();
  run_.begin(machines_[0]->place(at));
  const auto since = std::chrono::steady_clock::now();
  machines_[0]->plug(false);
  if (GetParam().leases < 1) {
    std::this_thread::sleep_until(since + run_.lease() * GetParam().leases);
    machines_[0]->plug(true);
    run_.start_near(machines_[1]->place(at));
    run_.expect_complete();
    EXPECT_EQ(run_.attempts("state = 'lost'"), 0) << run_.cluster().logs();
    EXPECT_EQ(run_.cluster().trained().size(), 3u * 90u);
    return;
  }
  run_.expect_taken_over(machines_[1]->place(at));
  std::this_thread::sleep_until(since + run_.lease() * GetParam().leases);
  const double recorded = run_.recorded();
  machines_[0]->plug(true);
  run_.expect_superseded(recorded);
}

INSTANTIATE_TEST_SUITE_P(For, NamespaceTest,
                         ::testing::Values(Partition{"HalfALease", 0.5},
                                           Partition{"OneAndAHalf", 1.5}, Partition{"Five", 5}),
                         [](const auto& given) { return std::string(given.param.name); });

}  // namespace
}  // namespace foldmill::e2e
