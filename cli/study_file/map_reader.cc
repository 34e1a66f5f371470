#include "cli/study_file/map_reader.h"

#include <algorithm>

#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const auto nearest = closest_match(word, candidates);
  return nearest ? concat("did you mean '", *nearest, "'?") : std::string();
}

void report_not_supported(const DocNode& node, std::string_view what, Diagnostics& diagnostics) {
  diagnostics.error(node, concat("'", what, "' is not supported by this version of foldmill"));
}

MapReader::MapReader(const DocNode* node, std::string what, Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
  if (!node_ || node_->kind == DocNode::Kind::kMap) return;
  diagnostics_.error(*node_, concat(what_, " must be a map, got ", describe_kind(*node_)));
  node_ = nullptr;
}

const DocNode* MapReader::get(std::string_view key) {
  known_.emplace_back(key);
  return node_ ? node_->find(key) : nullptr;
}

void MapReader::boolean(std::string_view key, bool& out) {
  if (const DocNode* node = get(key))
    if (const auto value = read_bool(*node, diagnostics_)) out = *value;
}

void MapReader::number(std::string_view key, double& out) {
  if (const DocNode* node = get(key))
    if (const auto value = read_number(*node, diagnostics_)) out = *value;
}

void MapReader::text(std::string_view key, std::string& out) {
  if (const DocNode* node = get(key))
    if (auto value = read_text(*node, diagnostics_)) out = std::move(*value);
}

void MapReader::texts(std::string_view key, std::vector<std::string>& out) {
  const DocNode* node = get(key);
  if (!node) return;
  if (node->kind != DocNode::Kind::kSequence) {
    diagnostics_.error(*node, concat("'", key, "' must be a list, got ", describe_kind(*node)),
                       concat("write ", key, ": [one, two]"));
    return;
  }
  out.clear();
  for (const DocNode& item : node->items)
    if (auto value = read_text(item, diagnostics_)) out.push_back(std::move(*value));
}

void MapReader::text_map(std::string_view key, std::map<std::string, std::string>& out) {
  const DocNode* node = get(key);
  if (!node) return;
  if (node->kind != DocNode::Kind::kMap) {
    diagnostics_.error(*node, concat("'", key, "' must be a map, got ", describe_kind(*node)),
                       concat("write ", key, ": {name: value}"));
    return;
  }
  for (const DocEntry& entry : node->entries)
    if (auto value = read_text(entry.value, diagnostics_)) out[entry.key.scalar] = *value;
}

void MapReader::word(std::string_view key, std::string& out,
                     const std::vector<std::string>& allowed,
                     const std::vector<std::string>& later) {
  const DocNode* node = get(key);
  if (!node) return;
  const auto value = read_text(*node, diagnostics_);
  if (!value) return;
  if (contains(later, *value)) {
    diagnostics_.error(
        *node, concat("'", key, ": ", *value, "' is not supported by this version of foldmill"),
        concat("allowed: ", join(allowed, ", ")));
  } else if (!contains(allowed, *value)) {
    const std::string hint = suggestion(*value, allowed);
    diagnostics_.error(*node, concat("'", printable(*value), "' is not a value of '", key, "'"),
                       hint.empty() ? concat("allowed: ", join(allowed, ", ")) : hint);
  } else {
    out = *value;
  }
}

void MapReader::not_supported(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    refused_.emplace_back(key);
    if (!node_) continue;
    for (const DocEntry& entry : node_->entries)
      if (entry.key.scalar == key) report_not_supported(entry.key, key, diagnostics_);
  }
}

void MapReader::finish() {
  if (!node_) return;
  for (const DocEntry& entry : node_->entries) {
    const std::string& key = entry.key.scalar;
    if (contains(known_, key) || contains(refused_, key)) continue;
    diagnostics_.error(entry.key, concat("'", printable(key), "' is not a key of ", what_),
                       suggestion(key, known_),
                       {concat("keys of ", what_, ": ", join(known_, ", "))});
  }
}

}  // namespace foldmill::cli
