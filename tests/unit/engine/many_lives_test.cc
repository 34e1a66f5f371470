// Millions of events, for those who have minutes.

#include "tests/unit/engine/many_lives.h"

namespace foldmill::engine {
namespace {

TEST(EngineManyLivesTest, NoOrderOfEventsBreaksAnInvariant) { expect_nothing_breaks(400, 10'000); }

}  // namespace
}  // namespace foldmill::engine
