#include "worker/trainer/protocol/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// A session on a thread of its own and the worker's end of its socket.
class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    worker_.emplace(ends[0]);
    write_stripes(data_.path());
    session_ = std::thread([this, fd = ends[1]] { status_ = Session(fd, "1.2.3").run(); });
  }
  ~SessionTest() override {
    worker_.reset();
    if (session_.joinable()) session_.join();
  }

  void send(const Json& message) { worker_->write_line(message.dump()); }
  Json receive() {
    const auto line = worker_->read_line();
    return line ? Json::parse(*line) : Json{{"type", "end of socket"}};
  }
  // Everything up to the first message of `type`, which is returned.
  Json receive_until(const std::string& type) {
    while (true) {
      Json message = receive();
      if (message["type"] == type || message["type"] == "end of socket") return message;
    }
  }
  Status finish() {
    session_.join();
    return status_;
  }

  Json hello() const {
    return {{"type", "hello"},
            {"protocol", 1},
            {"slot", 0},
            {"device", "cpu"},
            {"threads", 1},
            {"data_dirs", Json::array()},
            {"work_dir", work_.path().string()}};
  }
  Json assignment(int64_t attempt, int64_t epochs) const {
    return {{"type", "assignment"},
            {"attempt", attempt},
            {"study", "stripes"},
            {"trial", 0},
            {"fold", 0},
            {"seed", 7},
            {"attempt_seed", 1},
            {"data", {{"dataset", "idx"}, {"path", data_.path().string()}, {"normalize", "unit"}}},
            {"folds", {{"k", 1}, {"validation_fraction", 0.2}, {"seed", 7}}},
            {"model", {{"type", "cae"}, {"variant", "conv3"}}},
            {"params", {{"lr", 0.001}, {"filters_1", 2}, {"filters_2", 2}, {"filters_3", 2}}},
            {"objective", {{"metric", "val_loss"}}},
            {"epochs", epochs},
            {"first_epoch", 1},
            {"checkpoint_every_epochs", 1}};
  }

  TempDir data_;
  TempDir work_;
  std::optional<LineSocket> worker_;
  Status status_;
  std::thread session_;
};

// Torch tells each thread what it had last been set to by any.
int threads_of_torch() {
  int threads = 0;
  std::thread([&] { threads = torch::get_num_threads(); }).join();
  return threads;
}

TEST_F(SessionTest, AnAttemptOfSeveralSlotsHasTheThreadsOfAllOfThem) {
  send(hello());
  EXPECT_EQ(receive()["type"], "ready");
  Json two = assignment(1, 1);
  two["slots"] = 2;
  send(two);
  EXPECT_EQ(receive_until("finished")["attempt"], 1);
  EXPECT_EQ(threads_of_torch(), 2);
  send(assignment(2, 1));
  EXPECT_EQ(receive_until("finished")["attempt"], 2);
  EXPECT_EQ(threads_of_torch(), 1);
  send({{"type", "shutdown"}});
  EXPECT_TRUE(finish().ok());
}

TEST_F(SessionTest, TrainsOneAttemptAfterAnother) {
  send(hello());
  const Json ready = receive();
  EXPECT_EQ(ready["type"], "ready");
  EXPECT_EQ(ready["version"], "1.2.3");
  EXPECT_EQ(ready["models"], Json::array({"cae", "vae", "dae", "classifier", "gan"}));
  EXPECT_EQ(ready["devices"][0], "cpu");
  for (const int64_t attempt : {5, 6}) {
    send(assignment(attempt, 2));
    std::vector<std::string> types;
    do {
      const Json message = receive();
      EXPECT_EQ(message["attempt"], attempt);
      types.push_back(message["type"]);
    } while (types.back() != "finished" && types.back() != "failed");
    EXPECT_EQ(types, (std::vector<std::string>{"started", "epoch", "checkpoint", "epoch",
                                               "checkpoint", "artifact", "artifact", "artifact",
                                               "artifact", "finished"}));
    send({{"type", "stop"}, {"attempt", attempt}, {"cause", "pruned"}});  // too late: ignored
  }
  send({{"type", "shutdown"}});
  EXPECT_TRUE(finish().ok());
}

TEST_F(SessionTest, StopsAndIsReadyAgain) {
  send(hello());
  send(assignment(1, 1000000));
  receive_until("epoch");
  send({{"type", "stop"}, {"attempt", 1}, {"cause", "cancelled"}});
  EXPECT_EQ(receive_until("finished")["outcome"], "stopped");
  // A stop that comes before its attempt could begin counts as well.
  send(assignment(2, 1000000));
  send({{"type", "stop"}, {"attempt", 2}, {"cause", "pruned"}});
  EXPECT_EQ(receive_until("finished")["outcome"], "stopped");
  send(assignment(3, 1));
  EXPECT_EQ(receive_until("finished")["outcome"], "completed");
}

TEST_F(SessionTest, EndsWhenTheWorkerDoes) {
  send(hello());
  send(assignment(1, 1000000));
  receive_until("epoch");
  worker_.reset();
  EXPECT_TRUE(finish().ok());
}

TEST_F(SessionTest, AnswersAnAssignmentItCannotRead) {
  send(hello());
  Json task = assignment(9, 1);
  task["epochs"] = 0;
  send(task);
  const Json failed = receive_until("failed");
  EXPECT_EQ(failed["attempt"], 9);
  EXPECT_EQ(failed["cause"], "user_error");
  send(assignment(10, 1));
  EXPECT_EQ(receive_until("finished")["outcome"], "completed");
}

TEST_F(SessionTest, GivesUpOnAnotherProtocol) {
  Json other = hello();
  other["protocol"] = 2;
  send(other);
  EXPECT_THAT(finish().message(), HasSubstr("protocol 2"));
}

TEST_F(SessionTest, GivesUpOnAnUnknownDevice) {
  Json other = hello();
  other["device"] = "cuda:77";
  send(other);
  EXPECT_THAT(finish().message(), HasSubstr("'cuda:77' is not there"));
}

TEST_F(SessionTest, GivesUpOnGarbage) {
  worker_->write_line("hello?");
  EXPECT_FALSE(finish().ok());
}

TEST_F(SessionTest, WantsHelloFirst) {
  send(assignment(1, 1));
  EXPECT_THAT(finish().message(), HasSubstr("before hello"));
}

}  // namespace
}  // namespace foldmill::trainer
