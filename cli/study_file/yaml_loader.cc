#include "cli/study_file/yaml_loader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

// Thrown inside a load to leave the parser at once, after the reason was reported.
struct StopLoading {};

size_t count_nodes(const DocNode& node) {
  size_t count = 1;
  for (const DocNode& item : node.items) count += count_nodes(item);
  for (const DocEntry& entry : node.entries) count += 1 + count_nodes(entry.value);
  return count;
}

// Builds the tree from the parser's events. yaml-cpp's own Node is not used: it keeps duplicate
// keys silently and hides where aliases were.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics, size_t skip)
      : source_(std::move(source)), diagnostics_(diagnostics), skip_(static_cast<int>(skip)) {}

  DocNode root;

  DocNode node_at(const YAML::Mark& mark, DocNode::Kind kind) const {
    DocNode node;
    node.kind = kind;
    node.source = source_;
    node.line = mark.line + 1;
    node.column = mark.column + 1 + (mark.line == 0 ? skip_ : 0);
    return node;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ < 2) return;
    diagnostics_.error(node_at(mark, DocNode::Kind::kNull), "a second document starts here",
                       "one file holds one study: remove the '---' and what follows");
    throw StopLoading{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish(node_at(mark, DocNode::Kind::kNull), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end()) {
      diagnostics_.error(node_at(mark, DocNode::Kind::kNull),
                         "this alias stands inside its anchor");
      throw StopLoading{};
    }
    alias_nodes_ += count_nodes(it->second);
    if (alias_nodes_ > kMaxAliasNodes) {
      diagnostics_.error(
          node_at(mark, DocNode::Kind::kNull),
          concat("aliases make the document larger than ", kMaxAliasNodes, " nodes"));
      throw StopLoading{};
    }
    finish(it->second, 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    DocNode node = node_at(mark, DocNode::Kind::kScalar);
    node.scalar = value;
    node.quoted = tag != "?";
    refuse_tag(node, tag);
    finish(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, DocNode::Kind::kSequence, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, DocNode::Kind::kMap, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    DocNode node;
    YAML::anchor_t anchor;
    std::optional<DocNode> key;  // a map whose value comes next
  };

  void refuse_tag(const DocNode& node, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    diagnostics_.error(node, "tags are not allowed", "remove the '!…' before the value",
                       {"types follow from how a value is written: 1e-4 is a number, \"1e-4\" a "
                        "string"});
  }

  void open(const YAML::Mark& mark, DocNode::Kind kind, const std::string& tag,
            YAML::anchor_t anchor) {
    DocNode node = node_at(mark, kind);
    refuse_tag(node, tag);
    if (stack_.size() >= static_cast<size_t>(kMaxDocumentDepth)) {
      diagnostics_.error(node, concat("nested deeper than ", kMaxDocumentDepth, " levels"));
      throw StopLoading{};
    }
    stack_.push_back({std::move(node), anchor, std::nullopt});
  }

  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    finish(std::move(done.node), done.anchor);
  }

  // A node is complete: it becomes the root, an item, a key or a value.
  void finish(DocNode node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (stack_.empty()) {
      root = std::move(node);
    } else if (Open& parent = stack_.back(); parent.node.kind == DocNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      check_key(node);
      parent.key = std::move(node);
    } else {
      add_entry(parent, std::move(node));
    }
  }

  void check_key(const DocNode& key) {
    if (key.kind != DocNode::Kind::kScalar) {
      diagnostics_.error(key, concat("a key must be a name, not ", describe_kind(key)));
      throw StopLoading{};
    }
    if (key.scalar == "<<" && !key.quoted)
      diagnostics_.error(key, "merge keys are not allowed", "put the common part in its own file",
                         {"and name it at the top of this one:  extends: common.yaml"});
  }

  void add_entry(Open& parent, DocNode value) {
    DocNode key = *std::exchange(parent.key, std::nullopt);
    if (value.kind == DocNode::Kind::kNull) {  // the parser places it where the next thing begins
      value.line = key.line;
      value.column = key.column;
    }
    for (const DocEntry& entry : parent.node.entries) {
      if (entry.key.scalar != key.scalar) continue;
      diagnostics_.error(key, concat("duplicate key '", printable(key.scalar), "'"),
                         concat("first at ", entry.key.line, ":", entry.key.column),
                         {"keep one of the two"});
      return;
    }
    parent.node.entries.push_back({std::move(key), std::move(value)});
  }

  std::shared_ptr<const SourceText> source_;
  Diagnostics& diagnostics_;
  int skip_;
  int documents_ = 0;
  size_t alias_nodes_ = 0;
  std::map<YAML::anchor_t, DocNode> anchors_;
  std::vector<Open> stack_;
};

}  // namespace

DocNode load_yaml(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics, size_t skip) {
  TreeBuilder builder(source, diagnostics, skip);
  builder.root = builder.node_at(YAML::Mark(), DocNode::Kind::kNull);
  if (source->text.size() > kMaxDocumentBytes) {
    diagnostics.error_in(source->name, concat("the file has ", source->text.size(),
                                              " bytes; at most 1 MiB is read"));
    return builder.root;
  }
  try {
    std::istringstream stream(source->text.substr(skip));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const StopLoading&) {
    // Already reported.
  } catch (const YAML::Exception& error) {
    const YAML::Mark mark = error.mark.is_null() ? YAML::Mark() : error.mark;
    diagnostics.error(builder.node_at(mark, DocNode::Kind::kNull), concat("not YAML: ", error.msg));
  }
  return std::move(builder.root);
}

}  // namespace foldmill::cli
