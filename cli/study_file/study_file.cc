#include "cli/study_file/study_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>

#include "cli/study_file/overrides.h"
#include "cli/study_file/scalar.h"
#include "cli/study_file/spec_binder.h"
#include "cli/study_file/yaml_loader.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr size_t kMaxExtends = 8;

// "; did you mean 'examples/quickstart.yaml'?", when there is such a neighbour.
std::string suggest_neighbour(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::vector<std::string> names;
  std::error_code code;
  for (std::filesystem::directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code))
    names.push_back(it->path().filename().string());
  const auto nearest = closest_match(path.filename().string(), names);
  return nearest ? concat("; did you mean '", (path.parent_path() / *nearest).string(), "'?") : "";
}

Result<std::string> read_text_file(const std::filesystem::path& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code))
    return invalid_argument(concat("error: ", path.string(), ": is a directory, not a study file"));
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    const std::string why = std::strerror(errno);
    return not_found(concat("error: cannot read the study file ", path.string(), ": ", why,
                            suggest_neighbour(path)));
  }
  // One byte more than is allowed is enough to know that it is too much.
  std::string text(kMaxDocumentBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  return text;
}

class DocumentLoader {
 public:
  explicit DocumentLoader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // The document with everything that it extends under it.
  Result<DocNode> load(const std::string& name, std::string text) {
    chain_.push_back(std::filesystem::weakly_canonical(name));
    auto source = std::make_shared<const SourceText>(SourceText{name, std::move(text)});
    DocNode document = load_yaml(std::move(source), diagnostics_);
    FOLDMILL_RETURN_IF_ERROR(diagnostics_.status());
    const DocNode* extends = document.find("extends");
    if (!extends) return document;
    FOLDMILL_ASSIGN_OR_RETURN(DocNode base, load_base(*extends, name));
    std::erase_if(document.entries, [](const DocEntry& e) { return e.key.scalar == "extends"; });
    return merge_documents(std::move(base), document);
  }

 private:
  Result<DocNode> load_base(const DocNode& extends, const std::string& from) {
    const auto file = read_text(extends, diagnostics_);
    FOLDMILL_RETURN_IF_ERROR(diagnostics_.status());
    const std::filesystem::path path = std::filesystem::path(from).parent_path() / *file;
    const auto canonical = std::filesystem::weakly_canonical(path);
    if (std::find(chain_.begin(), chain_.end(), canonical) != chain_.end())
      diagnostics_.error(extends, "the files extend each other in a circle");
    else if (chain_.size() >= kMaxExtends)
      diagnostics_.error(extends, concat("more than ", kMaxExtends, " files extend each other"));
    FOLDMILL_RETURN_IF_ERROR(diagnostics_.status());
    auto text = read_text_file(path);
    if (!text.ok()) {
      diagnostics_.error(extends, concat("cannot read ", path.string()),
                         "paths are relative to this file");
      return diagnostics_.status();
    }
    return load(path.string(), std::move(text).value());
  }

  Diagnostics& diagnostics_;
  std::vector<std::filesystem::path> chain_;
};

std::string with_overrides(std::string text, const std::vector<std::string>& overrides) {
  if (!overrides.empty() && !text.ends_with('\n')) text += '\n';
  for (const std::string& override_text : overrides)
    text += concat("# --set ", override_text, "\n");
  return text;
}

// The studies of a document's `stages:` list, as documents of their own.
std::vector<DocNode> split_stages(DocNode document, Diagnostics& diagnostics) {
  const DocNode* found = document.find("stages");
  if (!found) return {std::move(document)};
  const DocNode stages = *found;
  if (stages.kind != DocNode::Kind::kSequence || stages.items.empty())
    diagnostics.error(stages, concat("stages are a list of studies, got ", describe_kind(stages)),
                      "write stages: [{name: first, …}, {name: second, …}]");
  std::erase_if(document.entries, [](const DocEntry& e) { return e.key.scalar == "stages"; });
  std::vector<DocNode> documents;
  for (const DocNode& stage : stages.items) {
    if (!stage.find("name"))
      diagnostics.error(stage, "a stage has a name of its own", "add name: my-stage");
    documents.push_back(merge_documents(document, stage));
  }
  return documents;
}

// What an earlier stage makes is there when that one has completed.
void wait_for_earlier(std::vector<StudySpec>& specs) {
  std::set<std::string> earlier;
  for (StudySpec& spec : specs) {
    if (spec.model.encoder && earlier.contains(spec.model.encoder->study))
      spec.model.encoder->wait = true;
    earlier.insert(spec.name);
  }
}

Result<std::vector<StudySpec>> read_studies_text(const std::string& name, const std::string& text,
                                                 const std::vector<std::string>& overrides) {
  Diagnostics diagnostics;
  FOLDMILL_ASSIGN_OR_RETURN(DocNode document, DocumentLoader(diagnostics).load(name, text));
  for (const std::string& override_text : overrides)
    apply_override(override_text, document, diagnostics);
  FOLDMILL_RETURN_IF_ERROR(diagnostics.status());
  std::vector<StudySpec> specs;
  for (const DocNode& each : split_stages(std::move(document), diagnostics)) {
    FOLDMILL_RETURN_IF_ERROR(diagnostics.status());
    specs.push_back(bind_study(each, diagnostics));
    specs.back().source = with_overrides(text, overrides);
  }
  FOLDMILL_RETURN_IF_ERROR(diagnostics.status());
  wait_for_earlier(specs);
  return specs;
}

}  // namespace

Result<StudySpec> read_study_text(const std::string& name, const std::string& text,
                                  const std::vector<std::string>& overrides) {
  FOLDMILL_ASSIGN_OR_RETURN(auto specs, read_studies_text(name, text, overrides));
  if (specs.size() == 1) return std::move(specs.front());
  return invalid_argument(concat("error: ", name, ": has ", specs.size(),
                                 " stages, and one study is wanted here; `foldmill run ", name,
                                 "` takes them all"));
}

Result<std::vector<StudySpec>> read_studies(const std::filesystem::path& path,
                                            const std::vector<std::string>& overrides) {
  FOLDMILL_ASSIGN_OR_RETURN(std::string text, read_text_file(path));
  return read_studies_text(path.string(), text, overrides);
}

Result<StudySpec> read_study_file(const std::filesystem::path& path,
                                  const std::vector<std::string>& overrides) {
  FOLDMILL_ASSIGN_OR_RETURN(std::string text, read_text_file(path));
  return read_study_text(path.string(), text, overrides);
}

}  // namespace foldmill::cli
