#include "core/wire_name.h"

#include <algorithm>

#include "core/text.h"

namespace foldmill {
namespace {

constexpr size_t kMaxNameBytes = 128;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Status check_wire_name(std::string_view what, std::string_view name) {
  if (name.empty()) return invalid_argument(concat(what, " is missing"));
  if (name.size() > kMaxNameBytes)
    return invalid_argument(
        concat(what, " has ", name.size(), " bytes, more than ", kMaxNameBytes));
  if (std::any_of(name.begin(), name.end(), is_control))
    return invalid_argument(concat(what, " holds a control character"));
  return ok_status();
}

Status check_artifact_name(std::string_view name) {
  FOLDMILL_RETURN_IF_ERROR(check_wire_name("the artifact's name", name));
  if (name == "." || name == ".." || name.find('/') != std::string_view::npos)
    return invalid_argument(concat("the artifact's name '", name,
                                   "' is not the name of a file: '/', '.' and '..' have a meaning "
                                   "in paths; write 'encoder-weights.bin'"));
  return ok_status();
}

}  // namespace foldmill
