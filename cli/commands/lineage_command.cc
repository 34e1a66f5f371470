// `foldmill study lineage`: what a study was made from, and what was made from it.

#include <algorithm>
#include <set>

#include "cli/commands/context.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr size_t kShownDigits = 12;

struct Link {
  std::string from;  // a study's name
  std::string how;   // "encoder of trial best, sha256 4c1f…"
};

std::string describe_encoder(const EncoderSource& encoder) {
  std::string out = concat("encoder of trial ", encoder.trial);
  if (!encoder.artifact) return out + ", which it waits for";
  return out + concat(", sha256 ", encoder.artifact->sha256.substr(0, kShownDigits));
}

std::string describe_stage(const StageOrigin& origin) {
  std::vector<std::string> numbers;
  for (const int64_t trial : origin.trials) numbers.push_back(concat(trial));
  return concat("stage ", to_string(origin.stage), " of trial", numbers.size() == 1 ? " " : "s ",
                join(numbers, ", "));
}

std::vector<Link> links_of(const StudySpec& spec) {
  std::vector<Link> links;
  if (spec.origin) links.push_back({spec.origin->study, describe_stage(*spec.origin)});
  if (spec.model.encoder && !spec.model.encoder->study.empty())
    links.push_back({spec.model.encoder->study, describe_encoder(*spec.model.encoder)});
  return links;
}

const StudyRow* find(const std::vector<StudyRow>& studies, const std::string& name) {
  const auto found = std::find_if(studies.begin(), studies.end(),
                                  [&](const StudyRow& study) { return study.spec.name == name; });
  return found == studies.end() ? nullptr : &*found;
}

// Upwards, each study once.
void show_origins(const std::vector<StudyRow>& studies, const StudyRow& study, size_t depth,
                  std::set<std::string>& seen, std::ostream& out) {
  if (!seen.insert(study.spec.name).second) return;
  for (const Link& link : links_of(study.spec)) {
    out << std::string(2 * depth, ' ') << "<- " << link.from << "  (" << link.how << ")\n";
    if (const StudyRow* from = find(studies, link.from))
      show_origins(studies, *from, depth + 1, seen, out);
  }
}

void show_uses(const std::vector<StudyRow>& studies, const StudyRow& study, std::ostream& out) {
  for (const StudyRow& other : studies)
    for (const Link& link : links_of(other.spec))
      if (link.from == study.spec.name)
        out << "-> " << other.spec.name << "  (" << link.how << ", " << to_string(other.state)
            << ")\n";
}

Json lineage_json(const std::vector<StudyRow>& studies, const StudyRow& study) {
  Json from = Json::array();
  for (const Link& link : links_of(study.spec))
    from.push_back({{"study", link.from}, {"how", link.how}});
  Json uses = Json::array();
  for (const StudyRow& other : studies)
    for (const Link& link : links_of(other.spec))
      if (link.from == study.spec.name)
        uses.push_back({{"study", other.spec.name}, {"how", link.how}});
  return {{"study", study.spec.name}, {"from", std::move(from)}, {"used_by", std::move(uses)}};
}

Outcome lineage(const std::string& name, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, find_study(*source, name));
  FOLDMILL_ASSIGN_OR_RETURN(const auto studies, all_studies(*source));
  if (context.output.format != Format::kTable) {
    Listing listing;
    listing.json = lineage_json(studies, study);
    FOLDMILL_RETURN_IF_ERROR(context.print(std::move(listing)));
    return ExitCode::kOk;
  }
  context.out << study.spec.name << '\n';
  std::set<std::string> seen;
  show_origins(studies, study, 0, seen, context.out);
  show_uses(studies, study, context.out);
  return ExitCode::kOk;
}

}  // namespace

void add_lineage_command(CLI::App& noun, Context& context) {
  const auto name = std::make_shared<std::string>();
  CLI::App* leaf =
      noun.add_subcommand("lineage", "what a study was made from, and what was made from it");
  leaf->add_option("STUDY", *name, "name, or unique beginning; default: the youngest");
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return lineage(*name, context); }; });
}

}  // namespace foldmill::cli
