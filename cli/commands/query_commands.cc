#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/commands/context.h"
#include "cli/output/shapes.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr int64_t kRowCap = 100'000;
constexpr Milliseconds kTimeCap{30'000};

Outcome query(const std::string& sql, Context& context) {
  const int64_t cap = std::min(context.limit, kRowCap);
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const Table table, source->query(sql, cap, kTimeCap));
  FOLDMILL_RETURN_IF_ERROR(context.print(list_table(table)));
  if (table.truncated) context.err << "only the first " << cap << " rows are shown\n";
  return ExitCode::kOk;
}

struct ExportFlags {
  std::string study;
  std::string format = "csv";
  std::string file;
};

Outcome export_study(const ExportFlags& flags, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(auto source, context.open_source());
  FOLDMILL_ASSIGN_OR_RETURN(const StudyRow study, source->get_study(flags.study));
  TrialQuery query;
  query.with_curves = flags.format == "json";
  FOLDMILL_ASSIGN_OR_RETURN(const auto trials, all_trials(*source, study.spec.name, query));
  Listing listing = list_trials(study.spec, trials);
  OutputOptions output;
  output.format = flags.format == "json" ? Format::kJson : Format::kCsv;
  if (output.format == Format::kJson) {
    Json json = study_json(study);
    json["schema"] = "export/v1";
    json["source"] = study.spec.source;
    json["trials"] = std::move(listing.json);
    listing.json = std::move(json);
  }
  if (flags.file.empty()) {
    FOLDMILL_RETURN_IF_ERROR(
        print_listing(std::move(listing), output, context.terminal, context.out, context.err));
    return ExitCode::kOk;
  }
  // Whole or not at all: a reader never sees half an export.
  const std::string temporary = flags.file + ".part";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  const Status printed = print_listing(std::move(listing), output, Terminal(), file, context.err);
  std::error_code code;
  if (printed.ok() && file.flush()) std::filesystem::rename(temporary, flags.file, code);
  if (!printed.ok() || !file || code) {
    std::filesystem::remove(temporary, code);
    return permission_denied(concat("cannot write ", flags.file));
  }
  context.err << "wrote " << trials.size() << " trials to " << flags.file << '\n';
  return ExitCode::kOk;
}

}  // namespace

void add_query_command(CLI::App& app, Context& context) {
  const auto sql = std::make_shared<std::string>();
  CLI::App* leaf = app.add_subcommand("query", "read-only SQL over the views of docs/schema.md");
  leaf->add_option("SQL", *sql, "one SELECT")->required();
  add_source_options(*leaf, context);
  add_output_options(*leaf, context);
  add_limit_option(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return query(*sql, context); }; });
}

void add_export_command(CLI::App& app, Context& context) {
  const auto flags = std::make_shared<ExportFlags>();
  CLI::App* leaf = app.add_subcommand("export", "all trials of a study as CSV or JSON");
  leaf->add_option("STUDY", flags->study, "name, or unique beginning")->required();
  leaf->add_option("--to", flags->format, "csv or json (with curves)")
      ->check(CLI::IsMember({"csv", "json"}))
      ->required();
  leaf->add_option("FILE", flags->file, "default: standard output");
  add_source_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return export_study(*flags, context); }; });
}

}  // namespace foldmill::cli
