#pragma once

// Boost 1.74's awaitable.hpp uses std::exchange without including it: <utility> has to come first.
#include <utility>
// clang-format would sort these two.
#include <boost/asio.hpp>

namespace foldmill::testing {
namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
}  // namespace foldmill::testing
