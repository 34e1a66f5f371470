#include "cli/study_file/point.h"

#include "cli/study_file/overrides.h"
#include "cli/study_file/params_binder.h"

namespace foldmill::cli {

Result<ParameterSet> read_point(const std::vector<std::string>& words, const StudySpec& spec,
                                const std::string& where) {
  Diagnostics diagnostics;
  DocNode document;
  document.kind = DocNode::Kind::kMap;
  for (const std::string& word : words) apply_override(word, document, diagnostics, where);
  ParameterSet point;
  if (diagnostics.ok()) point = bind_point(document, spec, diagnostics);
  FOLDMILL_RETURN_IF_ERROR(diagnostics.status());
  return point;
}

}  // namespace foldmill::cli
