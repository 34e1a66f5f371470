#include "cli/study_file/spec_binder.h"

#include <limits>

#include "cli/study_file/data_binder.h"
#include "cli/study_file/folds_binder.h"
#include "cli/study_file/map_reader.h"
#include "cli/study_file/model_binder.h"
#include "cli/study_file/objective_binder.h"
#include "cli/study_file/params_binder.h"
#include "cli/study_file/pruning_binder.h"
#include "cli/study_file/sampler_binder.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr int64_t kMebibyte = int64_t{1} << 20;

void bind_top(MapReader& top, StudySpec& spec) {
  int version = 1;
  top.integer("version", version, 1, 1);
  top.text("name", spec.name);
  top.text("description", spec.description);
  top.texts("tags", spec.tags);
  top.text("notes", spec.notes);
  top.integer("seed", spec.seed, 0, std::numeric_limits<int64_t>::max());
}

// Integers and `auto`, which leaves the limit out.
void bind_parallel(const DocNode* node, StudySpec& spec, Diagnostics& diagnostics) {
  if (!node || (node->kind == DocNode::Kind::kScalar && node->scalar == "auto")) return;
  if (const auto value = read_int(*node, diagnostics, 1, kMostCount)) spec.parallel = *value;
}

// `enqueue` is bound later: it needs the space.
const DocNode* bind_search(const DocNode* node, StudySpec& spec, Diagnostics& diagnostics) {
  MapReader reader(node, "search", diagnostics);
  bind_sampler(reader.get("sampler"), spec.sampler, diagnostics);
  reader.integer("trials", spec.trials, 1, kMostCount);
  if (const DocNode* timeout = reader.get("timeout"))
    spec.timeout_seconds = read_duration(*timeout, diagnostics);
  bind_parallel(reader.get("parallel"), spec, diagnostics);
  const DocNode* enqueue = reader.get("enqueue");
  reader.not_supported({"stop"});
  reader.finish();
  return enqueue;
}

void bind_retries(const DocNode* node, RetrySpec& retries, Diagnostics& diagnostics) {
  MapReader reader(node, "retries", diagnostics);
  reader.integer("worker_lost", retries.worker_lost, 0, 1000);
  if (const DocNode* memory = reader.get("out_of_memory");
      memory && memory->kind == DocNode::Kind::kMap)
    report_not_supported(*memory, "halve_batch", diagnostics);
  else
    reader.integer("out_of_memory", retries.out_of_memory, 0, 1000);
  reader.integer("error", retries.error, 0, 1000);
  reader.finish();
}

void bind_resources(const DocNode* node, ResourceSpec& resources, Diagnostics& diagnostics) {
  MapReader reader(node, "resources", diagnostics);
  reader.text_map("labels", resources.labels);
  bind_retries(reader.get("retries"), resources.retries, diagnostics);
  MapReader checkpoint(reader.get("checkpoint"), "checkpoint", diagnostics);
  checkpoint.integer("every_epochs", resources.checkpoint_every_epochs, 1, kMostCount);
  checkpoint.finish();
  reader.integer("slots", resources.slots, 1, 1024);
  if (const DocNode* memory = reader.get("gpu_memory"))
    if (const auto bytes = read_size(*memory, diagnostics))
      resources.gpu_memory_mib = (*bytes + kMebibyte - 1) / kMebibyte;
  reader.integer("priority", resources.priority, -1000, 1000);
  reader.not_supported({"gpus", "memory", "cpus", "max_duration"});
  reader.finish();
}

// The node at "search.sampler.type", or the nearest one above it.
const DocNode& nearest_node(const DocNode& root, std::string_view path) {
  const DocNode* node = &root;
  while (!path.empty()) {
    const size_t end = path.find_first_of(".[");
    const DocNode* next = node->find(path.substr(0, end));
    if (!next || end == std::string_view::npos) return next ? *next : *node;
    node = next;
    path.remove_prefix(end + 1);
  }
  return *node;
}

// What only makes sense together. The messages of core begin with the key's path.
void validate(const DocNode& root, const StudySpec& spec, Diagnostics& diagnostics) {
  if (!diagnostics.ok()) return;
  const Status status = spec.validate();
  if (status.ok()) return;
  const std::string_view message = status.message();
  diagnostics.error(nearest_node(root, message.substr(0, message.find(':'))), status.message());
}

}  // namespace

StudySpec bind_study(const DocNode& root, Diagnostics& diagnostics) {
  StudySpec spec;
  if (root.kind != DocNode::Kind::kMap) {
    diagnostics.error(root, concat("a study file is a map of blocks, got ", describe_kind(root)),
                      "start with name: my-study");
    return spec;
  }
  MapReader top(&root, "a study file", diagnostics);
  bind_top(top, spec);
  if (!top.has("name")) diagnostics.error(root, "the study has no name", "add name: my-study");
  const DocNode* data = top.get("data");
  bind_model(top.get("model"), spec.model, diagnostics);
  if (is_trained_outside(spec.model)) spec.objective.metric = "value";  // unless it has a name
  bind_data(data, root, spec, diagnostics);
  const DocNode* params = top.get("params");
  bind_objective(top.get("objective"), root, spec, diagnostics);
  const DocNode* enqueue = bind_search(top.get("search"), spec, diagnostics);
  // Pruners compare by one value. Naming one is then an error; not naming any means none.
  if (!spec.more_objectives.empty()) spec.pruning.type = "none";
  bind_pruning(top.get("pruning"), spec.pruning, diagnostics);
  bind_folds(top.get("folds"), data ? data->find("validation") : nullptr, spec, diagnostics);
  bind_resources(top.get("resources"), spec.resources, diagnostics);
  bind_final(top.get("final"), spec, diagnostics);
  top.not_supported({"storage"});
  top.finish();
  bind_params(params, root, spec, diagnostics);
  if (enqueue) bind_enqueue(*enqueue, spec, diagnostics);
  validate(root, spec, diagnostics);
  return spec;
}

}  // namespace foldmill::cli
