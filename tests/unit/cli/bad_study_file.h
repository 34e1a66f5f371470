#pragma once

#include <gtest/gtest.h>

#include <string>

#include "cli/study_file/study_file.h"

namespace foldmill::cli {

// A mistake and the whole text that its author reads.
struct BadFile {
  std::string label;
  std::string text;
  std::string message;
};

inline std::string label_of(const ::testing::TestParamInfo<BadFile>& info) {
  return info.param.label;
}

class BadStudyFile : public ::testing::TestWithParam<BadFile> {
 protected:
  void expect_refused() {
    const auto spec = read_study_text("s.yaml", GetParam().text);
    ASSERT_FALSE(spec.ok());
    EXPECT_EQ(spec.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(spec.status().message(), GetParam().message);
  }
};

// A small file around `params`, which start on line 5 and end with a line end; `rest` follows.
inline std::string study_text(const std::string& params, const std::string& rest = "") {
  return "name: s\ndata: {dataset: mnist}\n# params\nparams:\n" + params + rest;
}

}  // namespace foldmill::cli
