#include "tests/bench/functions/conditional.h"

#include <cmath>
#include <string>
#include <utility>

namespace foldmill::bench {
namespace {

Distribution real(double low, double high) { return Distribution::make_float(low, high).value(); }
Distribution log_real(double low, double high) {
  return Distribution::make_float(low, high, true).value();
}
Distribution integer(int64_t low, int64_t high, int64_t step = 1) {
  return Distribution::make_int(low, high, false, step).value();
}
Distribution choice(std::vector<ParameterValue> choices) {
  return Distribution::make_categorical(std::move(choices)).value();
}
ParameterValue word(const char* text) { return std::string(text); }

double number(const ParameterSet& point, const char* name) { return *point.get_double(name); }
double square(double x) { return x * x; }

}  // namespace

SearchSpace tree_space() {
  const std::vector<Condition> two_or_three{{"layers", {int64_t{2}, int64_t{3}}}};
  return SearchSpace::create({{"layers", integer(1, 3), {}},
                              {"width_1", integer(8, 64, 8), {}},
                              {"width_2", integer(8, 64, 8), two_or_three},
                              {"width_3", integer(8, 64, 8), {{"layers", {int64_t{3}}}}},
                              {"opt", choice({word("adam"), word("sgd")}), {}},
                              {"lr", log_real(1e-5, 1e-1), {}},
                              {"momentum", real(0, 0.99), {{"opt", {word("sgd")}}}}})
      .value();
}

double tree(const ParameterSet& point) {
  constexpr std::pair<const char*, double> kBestWidths[] = {
      {"width_1", 32}, {"width_2", 48}, {"width_3", 16}};
  const double layers = number(point, "layers");
  double value = 0.02 * square(layers - 2);
  for (const auto& [name, best] : kBestWidths)
    if (point.contains(name)) value += square((number(point, name) - best) / 64) / layers;
  const bool sgd = point.get_string("opt") == "sgd";
  value += 0.1 * square(std::log10(number(point, "lr")) - (sgd ? -2 : -3));
  return value + (sgd ? 0.05 + square(number(point, "momentum") - 0.9) : 0.08);
}

SearchSpace hidden_space() {
  const auto when = [](const char* family) {
    return std::vector<Condition>{{"family", {word(family)}}};
  };
  return SearchSpace::create({{"family", choice({word("a"), word("b"), word("c")}), {}},
                              {"depth", real(0, 1), when("a")},
                              {"count", integer(1, 50), when("b")},
                              {"rate", log_real(1e-5, 1), when("c")},
                              {"share", real(0, 1), when("c")}})
      .value();
}

double hidden(const ParameterSet& point) {
  if (point.contains("depth")) return 0.3 + square(number(point, "depth") - 0.2);
  if (point.contains("count")) return 0.2 + square((number(point, "count") - 17) / 50);
  return 0.1 + square(std::log10(number(point, "rate")) + 2) / 4 +
         square(number(point, "share") - 0.7);
}

}  // namespace foldmill::bench
