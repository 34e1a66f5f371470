#include "core/failpoint.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/text.h"

namespace foldmill {
namespace {

constexpr const char* kVariable = "FOLDMILL_FAILPOINT";
constexpr const char* kOnceVariable = "FOLDMILL_FAILPOINT_ONCE";

std::atomic<int64_t> passes_left{0};
std::string once_file;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Status no_such_place(const std::string& name, std::string_view program) {
  std::vector<std::string> names;
  for (const FailpointInfo& place : kFailpoints) names.emplace_back(place.name);
  const auto near = closest_match(name, names);
  return invalid_argument(concat(kVariable, ": there is no place '", name, "'; ",
                                 near
                                     ? concat("did you mean '", *near, "'?")
                                     : concat("`foldmill-", program, " --failpoints` lists them")));
}

// False when another process has died here before. A file that cannot be made holds up nobody's
// death: the test that asked for it will miss it.
bool is_first() {
  if (once_file.empty()) return true;
  std::FILE* made = std::fopen(once_file.c_str(), "wx");  // x: fails where it is already
  if (made == nullptr) return errno != EEXIST;
  std::fclose(made);
  return true;
}

}  // namespace

void detail::pass_armed_failpoint() {
  if (passes_left.fetch_sub(1) == 1 && is_first()) std::raise(SIGKILL);
}

Status arm_failpoint(std::string_view program) {
  const std::string wanted = variable(kVariable);
  if (wanted.empty()) return ok_status();
  const size_t colon = wanted.find(':');
  const std::string name = wanted.substr(0, colon);
  const auto count = parse_int(colon == std::string::npos ? "1" : wanted.substr(colon + 1));
  if (!count || *count < 1)
    return invalid_argument(concat(kVariable, ": '", wanted,
                                   "': a colon is followed by the number of the passing, from 1"));
  for (size_t i = 0; i < kFailpoints.size(); ++i) {
    if (kFailpoints[i].name != name) continue;
    if (kFailpoints[i].program != program) return ok_status();
    once_file = variable(kOnceVariable);
    passes_left = *count;
    detail::armed_failpoint = i + 1;
    return ok_status();
  }
  return no_such_place(name, program);
}

std::string failpoint_list(std::string_view program) {
  std::string text;
  for (const FailpointInfo& place : kFailpoints)
    if (place.program == program) text += concat(place.name, '\t', place.where, '\n');
  return text;
}

}  // namespace foldmill
