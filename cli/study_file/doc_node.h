#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace foldmill::cli {

// The text that a node was read from: a file, or one `--set` argument.
struct SourceText {
  std::string name;  // as shown in messages: "study.yaml", "--set"
  std::string text;

  std::string_view line(int number) const;  // from 1, without its line end; empty when outside
};

struct DocEntry;

// One node of a document, with the place where it stands. A tree of values: copies are
// independent, the source is shared. Scalars keep their text as written; what type they have is
// decided where they are used (scalar.h).
struct DocNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  std::string scalar;
  bool quoted = false;  // '…', "…" or a block scalar: a string whatever it looks like
  std::shared_ptr<const SourceText> source;
  int line = 1;                   // from 1
  int column = 1;                 // from 1, in bytes
  std::vector<DocNode> items;     // kSequence
  std::vector<DocEntry> entries;  // kMap, in the order of the file, no key twice

  const DocNode* find(std::string_view key) const;  // value of `key`; null when absent or no map
  DocNode* find(std::string_view key);

  // Replaces the value of `key`, or appends the entry. Turns anything but a map into one.
  void set(DocNode key, DocNode value);
};

struct DocEntry {
  DocNode key;  // a scalar
  DocNode value;
};

// "a map", "a list", "a string", "nothing": for messages.
std::string_view describe_kind(const DocNode& node);

// `over` on top of `base`: blocks (maps at the top level) are merged key by key, everything inside
// a block is replaced whole, so that a range never gets half of another range's keys.
DocNode merge_documents(DocNode base, const DocNode& over);

}  // namespace foldmill::cli
