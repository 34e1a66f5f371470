// Study files of any content.

#include "cli/study_file/study_file.h"

#include <string>

#include "core/text.h"
#include "proto/codec/study_codec.h"
#include "tests/fuzz/checks.h"

namespace foldmill::fuzz {

std::string check_study_file(std::span<const uint8_t> input) {
  const std::string text(input.begin(), input.end());
  // Beside no other file that it could extend.
  const auto spec = cli::read_study_text("/nonexistent/fuzz.yaml", text);
  if (!spec.ok()) {
    if (spec.status().message().find("error: ") == std::string::npos)
      return concat("refused without an error line: '", spec.status().message(), "'");
    return {};
  }
  const auto received = proto::decode(proto::encode(*spec));
  if (!received.ok())
    return concat("accepted here, refused by the coordinator: ", received.status().message());
  if (!(*received == *spec)) return "the coordinator gets another study than was read";
  return {};
}

}  // namespace foldmill::fuzz
