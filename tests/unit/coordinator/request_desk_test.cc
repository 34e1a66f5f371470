#include "coordinator/request_desk.h"

#include <gtest/gtest.h>

#include <vector>

namespace foldmill::coordinator {
namespace {

TEST(RequestDeskTest, EveryRequestIsAnsweredOnce) {
  RequestDesk desk;
  int answers = 0;
  const auto id = desk.add(1, [&](const engine::effect::Reply& reply) {
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
  desk.add(1, count);
  desk.refuse_all(unavailable("closing"));
  EXPECT_EQ(refusals, 1);
  EXPECT_FALSE(desk.add(1, count).has_value());
  EXPECT_EQ(refusals, 2);
}

TEST(RequestDeskTest, RequestsAreRefusedWhileItIsSuspended) {
  RequestDesk desk;
  std::vector<Status> answers;
  const auto keep = [&](const engine::effect::Reply& reply) { answers.push_back(reply.status); };
  const auto early = desk.add(1, keep);
  desk.suspend(unavailable("full"));
  EXPECT_FALSE(desk.add(1, keep).has_value());
  desk.resume();
  desk.reply({*early, {}, {}, {}});  // has had its answer
  const auto late = desk.add(1, keep);
  ASSERT_TRUE(late.has_value());
  desk.reply({*late, {}, {}, {}});
  EXPECT_EQ(answers, (std::vector<Status>{unavailable("full"), unavailable("full"), ok_status()}));
  desk.refuse_all(unavailable("closing"));
  desk.resume();
  EXPECT_FALSE(desk.add(1, keep).has_value()) << "closed for good";
}

TEST(RequestDeskTest, NoMoreWaitThanItHasRoomFor) {
  RequestDesk desk;
  std::vector<engine::RequestId> waiting;
  const auto ignore = [](const engine::effect::Reply&) {};
  while (const auto id = desk.add(1, ignore)) waiting.push_back(*id);
  EXPECT_EQ(waiting.size(), RequestDesk::kWaiting.messages);
  Status refused;
  desk.add(1, [&](const engine::effect::Reply& reply) { refused = reply.status; });
  EXPECT_EQ(refused, unavailable("the coordinator has 10000 requests to answer, and takes no more "
                                 "for now; try again soon"));
  desk.reply({waiting.front(), {}, {}, {}});
  EXPECT_TRUE(desk.add(1, ignore).has_value());
  EXPECT_FALSE(desk.add(1, ignore).has_value());
  desk.suspend(unavailable("full"));
  desk.resume();
  EXPECT_TRUE(desk.add(1, ignore).has_value()) << "those who waited have been answered";
}

TEST(RequestDeskTest, NoMoreBytesWaitThanItHasRoomFor) {
  RequestDesk desk;
  const auto ignore = [](const engine::effect::Reply&) {};
  const auto large = desk.add(RequestDesk::kWaiting.bytes, ignore);
  ASSERT_TRUE(large.has_value());
  EXPECT_FALSE(desk.add(1, ignore).has_value());
  desk.reply({*large, {}, {}, {}});
  EXPECT_TRUE(desk.add(1, ignore).has_value());
}

}  // namespace
}  // namespace foldmill::coordinator
