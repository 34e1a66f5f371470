#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

namespace foldmill::fuzz {

// An input of the fuzzer, read as choices one after the other; all zeros once it is used up, so
// that every input means something and short ones mean something small.
class ByteSource {
 public:
  explicit ByteSource(std::span<const uint8_t> bytes) : rest_(bytes) {}

  uint8_t byte() {
    if (rest_.empty()) return 0;
    const uint8_t first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }
  bool coin() { return (byte() & 1) != 0; }
  // 0 … n-1, n at most 256.
  int64_t below(int64_t n) { return byte() % n; }
  int64_t within(int64_t low, int64_t high) { return low + below(high - low + 1); }

  uint64_t word() {
    uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
    return bits;
  }
  // [0, 1]
  double unit() { return byte() / 255.0; }
  // Any double there is, the special ones often.
  double number() {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr std::array kSpecial = {
        0.0,        -0.0,  1.0,    -1.0,   kInfinity,
        -kInfinity, 1e300, -1e300, 5e-324, std::numeric_limits<double>::quiet_NaN()};
    const auto choice = static_cast<size_t>(below(2 * kSpecial.size()));
    if (choice < kSpecial.size()) return kSpecial[choice];
    if (coin()) return unit();
    const uint64_t bits = word();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

 private:
  std::span<const uint8_t> rest_;
};

}  // namespace foldmill::fuzz
