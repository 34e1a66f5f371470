#pragma once

#include <string_view>

#include "core/status.h"

namespace foldmill {

// What programs call things in messages, and what is shown to people: 1 to 128 bytes without
// control characters. `what` names it in the message of a failure.
Status check_wire_name(std::string_view what, std::string_view name);

// As above, and the name of a file wherever the artifact is copied to: no '/', not "." or "..".
Status check_artifact_name(std::string_view name);

}  // namespace foldmill
