#pragma once

#include <string>
#include <vector>

#include "cli/study_file/doc_node.h"
#include "core/status.h"

namespace foldmill::cli {

// Collects the errors of one reading, so that a file's mistakes are reported together. Rendered:
//
//   error: study.yaml:24:3: 'optimiser' is not a parameter of model 'cae'
//      24 |   optimiser: {choice: [adam, radam]}
//         |   ^^^^^^^^^ did you mean 'optimizer'?
//      parameters of 'cae' (conv3): filters_1, …
class Diagnostics {
 public:
  // `hint` stands beside the caret, each of `notes` on a line of its own. Either may be empty.
  void error(const DocNode& at, std::string message, std::string hint = {},
             std::vector<std::string> notes = {});
  // An error of the whole document, without a place.
  void error_in(const std::string& file, std::string message);

  bool ok() const { return errors_.empty(); }
  // ok, or invalid_argument with every error, rendered, in the order of the file, at most 20.
  Status status() const;

 private:
  struct Error {
    int line = 0;
    int column = 0;
    std::string rendered;
    friend bool operator==(const Error&, const Error&) = default;
  };
  std::vector<Error> errors_;
};

}  // namespace foldmill::cli
