#include "cli/study_file/data_binder.h"

#include <limits>

#include "cli/study_file/map_reader.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

void bind_subset(const DocNode* node, DataSpec& data, Diagnostics& diagnostics) {
  if (!node) return;
  MapReader reader(node, "subset", diagnostics);
  int64_t train = 0;
  reader.integer("train", train, 1, std::numeric_limits<int64_t>::max());
  if (train > 0) data.subset_train = train;
  if (!reader.has("train"))
    diagnostics.error(*node, "a subset needs its size", "write train: 6000");
  reader.boolean("stratified", data.subset_stratified);
  reader.finish();
}

void bind_validation(const DocNode* node, FoldPlan& folds, Diagnostics& diagnostics) {
  MapReader reader(node, "validation", diagnostics);
  reader.number("fraction", folds.validation_fraction);
  reader.boolean("stratified", folds.stratified);
  std::string reuse = "fixed";
  reader.word("reuse", reuse, {"fixed"}, {"per_trial"});
  reader.finish();
}

void bind_statistics(const DocNode& node, DataSpec& data, Diagnostics& diagnostics) {
  MapReader reader(&node, "normalize", diagnostics);
  data.normalize = Normalize::kGiven;
  reader.number("mean", data.mean);
  reader.number("std", data.stddev);
  if (!reader.has("mean") || !reader.has("std"))
    diagnostics.error(node, "given statistics are a mean and a standard deviation",
                      "write normalize: {mean: 0.286, std: 0.353}");
  reader.finish();
}

void bind_normalize(const DocNode* given, MapReader& reader, DataSpec& data,
                    Diagnostics& diagnostics) {
  if (given && given->kind == DocNode::Kind::kMap) {
    reader.get("normalize");
    bind_statistics(*given, data, diagnostics);
    return;
  }
  std::string word(to_string(data.normalize));
  reader.word("normalize", word, {"unit", "standard", "symmetric"});
  if (const auto parsed = parse_normalize(word)) data.normalize = *parsed;
}

}  // namespace

void bind_data(const DocNode* node, const DocNode& root, StudySpec& spec,
               Diagnostics& diagnostics) {
  MapReader reader(node, "data", diagnostics);
  reader.word("dataset", spec.data.dataset, dataset_names(), {"digits8"});
  reader.text("path", spec.data.path);
  bind_normalize(node ? node->find("normalize") : nullptr, reader, spec.data, diagnostics);
  const bool needed = !is_users_code(spec.model);
  if (needed && (!node || (node->kind == DocNode::Kind::kMap && !reader.has("dataset"))))
    diagnostics.error(node ? *node : root, "the study has no data",
                      "add data: {dataset: fashion-mnist}");
  bind_subset(reader.get("subset"), spec.data, diagnostics);
  bind_validation(reader.get("validation"), spec.folds, diagnostics);
  std::string test = "official";  // the only one there is, touched by final.test alone
  reader.word("test", test, {"official"}, {"fraction"});
  reader.finish();
}

}  // namespace foldmill::cli
