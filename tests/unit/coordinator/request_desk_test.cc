#include "coordinator/request_desk.h"

#include <gtest/gtest.h>

namespace foldmill::coordinator {
namespace {

TEST(RequestDeskTest, EveryRequestIsAnsweredOnce) {
  RequestDesk desk;
  int answers = 0;
  const engine::RequestId id = desk.add([&](const engine::effect::Reply& reply) {
    EXPECT_TRUE(reply.status.ok());
    ++answers;
  });
  desk.reply({id, {}, {}, {}});
  desk.reply({id, {}, {}, {}});
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
  desk.add(count);
  EXPECT_EQ(refusals, 2);
}

}  // namespace
}  // namespace foldmill::coordinator
