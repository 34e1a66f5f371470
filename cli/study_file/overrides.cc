#include "cli/study_file/overrides.h"

#include <algorithm>
#include <memory>

#include "cli/study_file/yaml_loader.h"
#include "core/text.h"

namespace foldmill::cli {

void apply_override(const std::string& argument, DocNode& document, Diagnostics& diagnostics,
                    const std::string& where) {
  auto source = std::make_shared<const SourceText>(SourceText{where, argument});
  DocNode key;
  key.kind = DocNode::Kind::kScalar;
  key.source = source;
  const size_t equals = argument.find('=');
  const std::string path = argument.substr(0, equals);
  if (equals == std::string::npos || path.empty() || path.ends_with('.') || path.starts_with('.') ||
      path.find("..") != std::string::npos) {
    diagnostics.error(key, "an override is key.path=value", "for example --set params.lr=1e-3");
    return;
  }
  DocNode value = load_yaml(source, diagnostics, equals + 1);
  DocNode* target = &document;
  for (size_t start = 0; start < path.size();) {
    const size_t end = std::min(path.find('.', start), path.size());
    key.scalar = path.substr(start, end - start);
    key.column = static_cast<int>(start) + 1;
    if (end == path.size()) {
      target->set(key, std::move(value));
      return;
    }
    if (!target->find(key.scalar)) target->set(key, key);
    DocNode* next = target->find(key.scalar);
    if (next->kind == DocNode::Kind::kSequence) {
      diagnostics.error(key, concat("'", path.substr(0, end), "' is a list: override it whole"),
                        concat("--set ", path.substr(0, end), "=[…]"));
      return;
    }
    target = next;
    start = end + 1;
  }
}

}  // namespace foldmill::cli
