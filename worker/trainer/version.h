#pragma once

#include <string_view>

namespace foldmill::trainer {

std::string_view version();  // of foldmill, "1.2.3"

}  // namespace foldmill::trainer
