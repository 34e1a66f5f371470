#include "cli/study_file/model_binder.h"

#include "cli/study_file/map_reader.h"
#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr int64_t kMostClasses = 100'000;

void bind_command(const DocNode* node, MapReader& reader, ModelSpec& model,
                  Diagnostics& diagnostics) {
  reader.texts("run", model.command);
  reader.text("workdir", model.workdir);
  reader.text_map("env", model.env);
  if (node && !reader.has("run"))
    diagnostics.error(*node, "a model of type command needs the program to run",
                      "write run: [python3, train.py]");
}

// `best`, `final` or a number.
void bind_trial(const DocNode& node, std::string& trial, Diagnostics& diagnostics) {
  const auto text = read_text(node, diagnostics);
  if (!text) return;
  const auto number = parse_int(*text);
  if (*text == "best" || *text == "final" || (number && *number >= 0))
    trial = *text;
  else
    diagnostics.error(node, concat("'", printable(*text), "' is not a trial"),
                      "write best, final (of its final training), or a trial's number");
}

void bind_encoder_trial(const DocNode& node, EncoderSource& encoder, Diagnostics& diagnostics) {
  MapReader reader(&node, "from", diagnostics);
  reader.text("study", encoder.study);
  if (const DocNode* trial = reader.get("trial")) bind_trial(*trial, encoder.trial, diagnostics);
  std::string part = "encoder";
  reader.word("part", part, {"encoder"});
  reader.finish();
  if (node.kind == DocNode::Kind::kMap && !reader.has("study"))
    diagnostics.error(node, "the encoder comes from a study, which is not named",
                      "write from: {study: my-cae, trial: best}");
}

void bind_encoder(const DocNode& node, ModelSpec& model, Diagnostics& diagnostics) {
  EncoderSource& encoder = model.encoder.emplace();
  MapReader reader(&node, "encoder", diagnostics);
  if (const DocNode* from = reader.get("from")) bind_encoder_trial(*from, encoder, diagnostics);
  reader.text("file", encoder.file);
  reader.boolean("freeze", encoder.freeze);
  reader.boolean("wait", encoder.wait);
  reader.finish();
  if (encoder.wait && reader.has("file"))
    diagnostics.error(*node.find("wait"),
                      "a file is there or it is not: nothing says when it comes",
                      "remove wait, or take the encoder from a study");
  if (node.kind == DocNode::Kind::kMap && reader.has("from") == reader.has("file"))
    diagnostics.error(node, "an encoder has one source",
                      "write from: {study: my-cae} or file: /path/model.safetensors");
}

void bind_classifier(const DocNode* node, MapReader& reader, ModelSpec& model,
                     Diagnostics& diagnostics) {
  reader.integer("classes", model.classes, 2, kMostClasses);
  const DocNode* encoder = reader.get("encoder");
  if (!encoder) return;
  bind_encoder(*encoder, model, diagnostics);
  if (const DocNode* variant = node->find("variant"))
    diagnostics.error(*variant, "the variant comes with the encoder", "remove variant");
}

void bind_network(const DocNode* node, MapReader& reader, ModelSpec& model,
                  Diagnostics& diagnostics) {
  const std::vector<std::string>& variants = variants_of(model.type);
  model.variant = variants.front();
  reader.word("variant", model.variant, variants);
  if (model.type == "classifier") return bind_classifier(node, reader, model, diagnostics);
  if (model.type == "gan") return;
  model.target = default_target(model.variant);
  std::string target(to_string(model.target));
  reader.word("target", target, {"input", "unit"});
  if (const auto parsed = parse_target(target)) model.target = *parsed;
}

}  // namespace

void bind_model(const DocNode* node, ModelSpec& model, Diagnostics& diagnostics) {
  MapReader reader(node, "model", diagnostics);
  reader.word("type", model.type, model_types());
  if (model.type == "command")
    bind_command(node, reader, model, diagnostics);
  else if (!is_trained_outside(model))
    bind_network(node, reader, model, diagnostics);
  reader.finish();
}

}  // namespace foldmill::cli
