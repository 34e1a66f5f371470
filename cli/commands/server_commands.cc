#include "cli/commands/context.h"
#include "cli/output/format.h"
#include "core/byte_size.h"
#include "core/text.h"
#include "storage/maintenance.h"

namespace foldmill::cli {
namespace {

std::string describe(const storage::FileTotals& files) {
  return concat(files.files, files.files == 1 ? " file (" : " files (",
                describe_byte_size(files.bytes), ")");
}

Outcome back_up(const std::string& file, bool without_artifacts, Context& context) {
  FOLDMILL_ASSIGN_OR_RETURN(
      const storage::Backup done,
      storage::back_up(context.database_path(), file, /*with_artifacts=*/!without_artifacts));
  context.out << concat(
      "wrote ", file, " (", describe_byte_size(done.bytes), ")",
      without_artifacts ? "" : concat(" and ", describe(done.artifacts), " beside it"), "\n");
  if (without_artifacts)
    context.err
        << "not in it: models and checkpoints; a fold that is resumed from it begins at its "
           "first epoch\n";
  if (done.checkpoints_left_out > 0)
    context.err << concat(
        "not in it: ", done.checkpoints_left_out,
        " checkpoints that were replaced meanwhile, or are damaged; their folds go "
        "on from an earlier epoch\n");
  for (const storage::Finding& finding : done.left_out)
    context.err << concat("not in it: ", finding.place, ": ", finding.what, "\n  ", finding.advice,
                          "\n");
  context.err << concat("use it: foldmill-coordinator --db ", shell_command({file}),
                        ", or any command with --db ", shell_command({file}), "\n");
  return done.left_out.empty() ? ExitCode::kOk : ExitCode::kFailed;
}

Json totals_json(const storage::FileTotals& files) {
  return Json{{"files", files.files}, {"bytes", files.bytes}};
}

Listing list_findings(const std::string& database, const storage::Check& check) {
  Listing listing;
  listing.columns = {
      {"check", false, 1}, {"place", false, 3}, {"what", false, 2}, {"advice", false, 0}};
  Json findings = Json::array();
  for (const auto& [rule, place, what, advice] : check.findings) {
    listing.rows.push_back({rule, place, what, advice});
    findings.push_back({{"check", rule}, {"place", place}, {"what", what}, {"advice", advice}});
  }
  listing.json = {{"schema", "check/v1"},
                  {"database", database},
                  {"sound", check.findings.empty()},
                  {"findings", std::move(findings)},
                  {"artifacts", totals_json(check.artifacts)},
                  {"unreferenced", totals_json(check.unreferenced)}};
  return listing;
}

// As text: advice is a sentence, too long for a column, and mostly the same for many findings.
void print_findings(const storage::Check& check, std::ostream& out) {
  std::string advice;
  for (const storage::Finding& finding : check.findings) {
    if (!advice.empty() && finding.advice != advice) out << "  what to do: " << advice << '\n';
    advice = finding.advice;
    out << concat(finding.check, ": ", finding.place, finding.place.empty() ? "" : " ",
                  finding.what, "\n");
  }
  if (!advice.empty()) out << "  what to do: " << advice << '\n';
}

Outcome check(bool quick, Context& context) {
  const std::string database = context.database_path().string();
  FOLDMILL_ASSIGN_OR_RETURN(const storage::Check check,
                            storage::check_database(database, {.quick = quick}));
  const bool sound = check.findings.empty();
  if (context.output.format == Format::kTable && context.output.columns.empty()) {
    print_findings(check, context.out);
    if (sound)
      context.out << concat(database, " is sound", quick ? ", as far as a quick look tells" : "",
                            "; it names ", describe(check.artifacts), "\n");
  } else {
    FOLDMILL_RETURN_IF_ERROR(context.print(list_findings(database, check)));
  }
  if (!sound)
    context.err << concat(check.findings.size(),
                          check.findings.size() == 1 ? " finding\n" : " findings\n");
  if (check.unreferenced.files > 0)
    context.err << concat(
        describe(check.unreferenced),
        " in the artifact directory are named by nothing; `foldmill server compact`"
        " removes them\n");
  return sound ? ExitCode::kOk : ExitCode::kFailed;
}

Outcome compact(Context& context) {
  const std::string database = context.database_path().string();
  FOLDMILL_ASSIGN_OR_RETURN(const storage::Compaction done, storage::compact_database(database));
  context.out << concat(database, ": ", describe_byte_size(done.bytes_before), " before, ",
                        describe_byte_size(done.bytes_after), " after; removed ",
                        describe(done.removed), " that nothing names\n");
  return ExitCode::kOk;
}

void add_database_option(CLI::App& command, Context& context) {
  command.add_option("--db", context.database, "database file to work on");
}

}  // namespace

void add_server_commands(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("server", "back up, check and compact a database file");
  noun->require_subcommand(1);

  CLI::App* leaf = noun->add_subcommand("backup", "copies the database, while it is served or not");
  const auto file = std::make_shared<std::string>();
  const auto without_artifacts = std::make_shared<bool>(false);
  leaf->add_option("FILE", *file, "the copy; must not exist")->required();
  leaf->add_flag("--no-artifacts", *without_artifacts,
                 "the database alone, without models and checkpoints");
  add_database_option(*leaf, context);
  leaf->callback([=, &context] {
    context.action = [=, &context] { return back_up(*file, *without_artifacts, context); };
  });

  leaf = noun->add_subcommand("check", "says what is wrong in a database and its files");
  const auto quick = std::make_shared<bool>(false);
  leaf->add_flag("--quick", *quick, "without the digests of files and the content of indexes");
  add_database_option(*leaf, context);
  add_output_options(*leaf, context);
  leaf->callback(
      [=, &context] { context.action = [=, &context] { return check(*quick, context); }; });

  leaf = noun->add_subcommand("compact", "gives back room; no coordinator may hold the database");
  add_database_option(*leaf, context);
  leaf->callback([&context] { context.action = [&context] { return compact(context); }; });
}

}  // namespace foldmill::cli
