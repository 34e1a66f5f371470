#include "coordinator/request_desk.h"

#include <gtest/gtest.h>

#include <vector>

namespace foldmill::coordinator {
namespace {

TEST(RequestDeskTest, EveryRequestIsAnsweredOnce) {
  RequestDesk desk;
  int answers = 0;
  const auto id = desk.add([&](const engine::effect::Reply& reply) {
    EXPECT_TRUE(reply.status.ok());
    ++answers;
  });
  ASSERT_TRUE(id.has_value());
  desk.reply({*id, {}, {}, {}});
  desk.reply({*id, {}, {}, {}});
  EXPECT_EQ(answers, 1);
}

TEST(RequestDeskTest, RequestsAreRefusedOnceItIsClosedAlsoLateOnes) {
  RequestDesk desk;
  int refusals = 0;
  const auto count = [&](const engine::effect::Reply& reply) {
    EXPECT_EQ(reply.status, unavailable("closing"));
    ++refusals;
  };
  desk.add(count);
  desk.refuse_all(unavailable("closing"));
  EXPECT_EQ(refusals, 1);
  EXPECT_FALSE(desk.add(count).has_value());
  EXPECT_EQ(refusals, 2);
}

TEST(RequestDeskTest, RequestsAreRefusedWhileItIsSuspended) {
  RequestDesk desk;
  std::vector<Status> answers;
  const auto keep = [&](const engine::effect::Reply& reply) { answers.push_back(reply.status); };
  const auto early = desk.add(keep);
  desk.suspend(unavailable("full"));
  EXPECT_FALSE(desk.add(keep).has_value());
  desk.resume();
  desk.reply({*early, {}, {}, {}});  // has had its answer
  const auto late = desk.add(keep);
  ASSERT_TRUE(late.has_value());
  desk.reply({*late, {}, {}, {}});
  EXPECT_EQ(answers, (std::vector<Status>{unavailable("full"), unavailable("full"), ok_status()}));
  desk.refuse_all(unavailable("closing"));
  desk.resume();
  EXPECT_FALSE(desk.add(keep).has_value()) << "closed for good";
}

}  // namespace
}  // namespace foldmill::coordinator
