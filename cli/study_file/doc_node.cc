#include "cli/study_file/doc_node.h"

#include <algorithm>
#include <utility>

namespace foldmill::cli {

std::string_view SourceText::line(int number) const {
  std::string_view rest = text;
  for (int current = 1; current < number; ++current) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  std::string_view found = rest.substr(0, rest.find('\n'));
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

const DocNode* DocNode::find(std::string_view key) const {
  const auto it = std::find_if(entries.begin(), entries.end(),
                               [&](const DocEntry& entry) { return entry.key.scalar == key; });
  return it == entries.end() ? nullptr : &it->value;
}

DocNode* DocNode::find(std::string_view key) {
  return const_cast<DocNode*>(std::as_const(*this).find(key));
}

void DocNode::set(DocNode key, DocNode value) {
  if (kind != Kind::kMap) {
    kind = Kind::kMap;
    scalar.clear();
    quoted = false;
    items.clear();
  }
  const auto it = std::find_if(entries.begin(), entries.end(), [&](const DocEntry& entry) {
    return entry.key.scalar == key.scalar;
  });
  if (it == entries.end())
    entries.push_back({std::move(key), std::move(value)});
  else
    *it = {std::move(key), std::move(value)};
}

std::string_view describe_kind(const DocNode& node) {
  switch (node.kind) {
    case DocNode::Kind::kNull:
      return "nothing";
    case DocNode::Kind::kScalar:
      return node.quoted ? "a string" : "a single value";
    case DocNode::Kind::kSequence:
      return "a list";
    case DocNode::Kind::kMap:
      return "a map";
  }
  return "nothing";
}

DocNode merge_documents(DocNode base, const DocNode& over) {
  for (const DocEntry& entry : over.entries) {
    DocNode* existing = base.find(entry.key.scalar);
    const bool both_maps = existing && existing->kind == DocNode::Kind::kMap &&
                           entry.value.kind == DocNode::Kind::kMap;
    if (!both_maps) {
      base.set(entry.key, entry.value);
      continue;
    }
    for (const DocEntry& inner : entry.value.entries) existing->set(inner.key, inner.value);
  }
  return base;
}

}  // namespace foldmill::cli
