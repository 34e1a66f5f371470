#include "tests/fuzz/checks.h"

#include <cmath>

#include "core/grid_points.h"
#include "core/text.h"
#include "sampler/importance.h"
#include "sampler/sampler.h"
#include "tests/fuzz/search_case.h"

namespace foldmill::fuzz {
namespace {

using sampler::History;

constexpr int64_t kMaxGrid = 1'000'000;  // more than that is refused by study check

bool serves(const SamplerSpec& spec, const SearchSpace& space) {
  if (spec.type != "grid") return true;
  const auto size = GridPoints(space, spec.grid_points).size();
  return size && *size <= kMaxGrid;
}

std::string describe(const ParameterSet& point) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : point) parts.push_back(concat(name, "=", to_string(value)));
  return join(parts, " ");
}

std::string describe(const SamplerSpec& spec, const SearchSpace& space) {
  std::string out = concat(spec.type, " on");
  for (const SearchParameter& parameter : space.parameters())
    out += concat(" {", parameter.name, " ", parameter.distribution.describe(),
                  parameter.when.empty() ? "" : " when " + parameter.when.front().parent, "}");
  return out;
}

std::string judge(const SamplerSpec& spec, const SearchSpace& space, const ParameterSet& fixed,
                  const Result<ParameterSet>& answer) {
  if (!answer.ok()) {
    if (answer.status().message().empty()) return "a failure without a word";
    if (spec.type == "grid" && answer.status().code() == StatusCode::kOutOfRange) return {};
    return "refused: " + answer.status().message();
  }
  if (const Status valid = space.validate(*answer); !valid.ok())
    return concat("no point of the space: ", valid.message(), " in ", describe(*answer));
  for (const auto& [name, value] : fixed) {
    const ParameterValue* kept = answer->find(name);
    // Absent: a parent that was left open came out so that it takes no part.
    if (kept != nullptr && !equivalent(*kept, value))
      return concat("changed the fixed ", name, "=", to_string(value), " in ", describe(*answer));
  }
  return {};
}

std::string judge(const sampler::ImportanceReport& report, const SearchSpace& space) {
  if (report.parameters.size() != space.size()) return "not every parameter is there";
  double sum = 0;
  for (const sampler::ParameterImportance& row : report.parameters) {
    if (!(row.share >= 0 && row.share <= 1 + 1e-9))
      return concat(row.name, " has the share ", format_number(row.share));
    sum += row.importance;
  }
  for (const sampler::PairImportance& pair : report.pairs)
    if (!(pair.share >= 0 && pair.share <= 1 + 1e-9))
      return concat(pair.first, " and ", pair.second, " have ", format_number(pair.share));
  if (sum != 0 && std::abs(sum - 1) > 1e-9) return concat("the sum is ", format_number(sum));
  return {};
}

bool same(const sampler::ImportanceReport& a, const sampler::ImportanceReport& b) {
  for (size_t i = 0; i < a.parameters.size(); ++i)
    if (a.parameters[i].name != b.parameters[i].name ||
        a.parameters[i].share != b.parameters[i].share)
      return false;
  return true;
}

}  // namespace

std::string check_sampler(std::span<const uint8_t> input) {
  ByteSource bytes(input);
  const SamplerSpec spec = make_spec(bytes);
  const SearchSpace space = make_space(bytes);
  const auto made = sampler::make_sampler(spec);
  if (!made.ok()) return spec.validate().ok() ? "sound options are refused" : "";
  if (!serves(spec, space)) return {};
  const Direction direction = bytes.coin() ? Direction::kMinimize : Direction::kMaximize;
  const uint64_t seed = bytes.word();
  const ParameterSet fixed = make_fixed(bytes, space);
  const auto entries = make_history(bytes, space);
  const TrialNumber number(static_cast<int64_t>(entries.size()));
  const auto ask = [&] {
    return (*made)->suggest(History(entries), space, direction, seed, number, fixed);
  };
  const Result<ParameterSet> first = ask();
  const std::string wrong = judge(spec, space, fixed, first);
  if (!wrong.empty()) return concat(describe(spec, space), ": ", wrong);
  const Result<ParameterSet> second = ask();
  if (first.ok() != second.ok() || (first.ok() && !(*first == *second)))
    return concat(describe(spec, space), ": another answer when asked again");
  return {};
}

std::string check_importance(std::span<const uint8_t> input) {
  ByteSource bytes(input);
  const SearchSpace space = make_space(bytes);
  std::vector<sampler::ScoredPoint> points;
  for (int64_t left = bytes.within(0, 60); left > 0; --left) {
    ParameterSet point = make_point(bytes, space);
    if (bytes.below(8) == 0) point.set("p0", bytes.number());
    points.push_back({std::move(point), bytes.coin() ? bytes.unit() : bytes.number()});
  }
  for (const auto method :
       {sampler::ImportanceMethod::kPedAnova, sampler::ImportanceMethod::kFanova}) {
    const bool pairs = method == sampler::ImportanceMethod::kFanova;
    const sampler::ImportanceOptions options{method, /*trees=*/3, pairs, bytes.word()};
    const auto ask = [&] {
      return parameter_importances(space, points, Direction::kMinimize, options);
    };
    const auto report = ask();
    if (!report.ok() && report.status().message().empty()) return "a failure without a word";
    if (!report.ok()) continue;
    const std::string wrong = judge(*report, space);
    if (!wrong.empty()) return concat(describe({.type = "importance"}, space), ": ", wrong);
    if (!same(*report, ask().value())) return "another answer when asked again";
  }
  return {};
}

}  // namespace foldmill::fuzz
