#include "cli/commands/context.h"

#include <cstdlib>
#include <sstream>

#include "cli/file_source.h"
#include "cli/output/format.h"
#include "cli/output/judgement.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::filesystem::path Context::database_path() const {
  if (!database.empty()) return database;
  const std::string named = environment("FOLDMILL_DB");
  return named.empty() ? default_database() : std::filesystem::path(named);
}

std::string Context::coordinator_address() const {
  if (!coordinator.empty() || !database.empty()) return coordinator;
  return environment("FOLDMILL_COORDINATOR");
}

std::string Context::source_flag() const {
  if (!coordinator.empty()) return concat(" --coordinator ", shell_command({coordinator}));
  return database.empty() ? std::string() : concat(" --db ", shell_command({database}));
}

Result<std::unique_ptr<StudySource>> Context::open_source() const {
  const std::string address = coordinator_address();
  if (address.empty()) return open_file_source(database_path());
  FOLDMILL_ASSIGN_OR_RETURN(auto client, make_coordinator_client(address, security));
  return std::unique_ptr<StudySource>(std::move(client));
}

Status Context::print(Listing listing) const {
  return print_listing(std::move(listing), output, terminal, out, err);
}

Result<Writer> Writer::open(const Context& context) {
  Writer writer;
  const std::string address = context.coordinator_address();
  if (address.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(writer.access_,
                              access_database(context.database_path(), context.security));
  } else {
    FOLDMILL_ASSIGN_OR_RETURN(writer.remote_, make_coordinator_client(address, context.security));
  }
  return writer;
}

void add_source_options(CLI::App& command, Context& context) {
  auto* database = command.add_option("--db", context.database, "database file to work on");
  command.add_option("--coordinator", context.coordinator, "coordinator: HOST:PORT or unix:/PATH")
      ->excludes(database);
  proto::ClientSecurity& security = context.security;
  command.add_flag("--tls", security.tls, "speak TLS, trusting the system's authorities");
  command.add_option("--tls-ca", security.ca_file, "trust this authority; switches TLS on");
  command.add_option("--tls-cert", security.cert_file, "your certificate");
  command.add_option("--tls-key", security.key_file, "its key");
  command.add_option("--token-file", security.token_file, "file with the coordinator's token");
  command.add_flag("--insecure", security.insecure, "allow plain text to another machine");
}

void add_output_options(CLI::App& command, Context& context) {
  static const std::map<std::string, Format> kFormats = {
      {"table", Format::kTable}, {"json", Format::kJson}, {"csv", Format::kCsv}};
  const auto read_format = [&context](const std::string& word) {
    const auto found = kFormats.find(word);
    if (found == kFormats.end())
      throw CLI::ValidationError("-o", concat("'", word, "' is not table, json or csv"));
    context.output.format = found->second;
  };
  command.add_option_function<std::string>("-o,--output", read_format, "table, json or csv");
  // Not a list option: with a delimiter those count the pieces as arguments, which follow freely.
  const auto read_columns = [&context](const std::string& list) {
    std::istringstream names(list);
    for (std::string name; std::getline(names, name, ',');) context.output.columns.push_back(name);
  };
  command.add_option_function<std::string>("--columns", read_columns,
                                           "only these, in this order: a,b,c");
  command.add_flag_callback(
      "--no-header", [&context] { context.output.header = false; },
      "tables and CSV without names on top");
}

void add_limit_option(CLI::App& command, Context& context) {
  command.add_option("--limit", context.limit, "at most so many rows")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
}

void add_list_options(CLI::App& command, Context& context) {
  command.add_option("--where", context.where, "filter: \"state = completed and lr < 1e-3\"");
  command.add_option("--sort", context.sort, "keys, - for descending: value,-number");
  add_limit_option(command, context);
}

Result<TrialId> parse_trial_id(const std::string& text) {
  const size_t slash = text.rfind('/');
  const std::string rest = slash == std::string::npos ? "" : text.substr(slash + 1);
  const size_t dot = rest.find('.');
  const auto trial = parse_int(rest.substr(0, dot));
  std::optional<int64_t> fold;
  if (dot != std::string::npos) fold = parse_int(rest.substr(dot + 1));
  const bool fold_is_wrong = dot != std::string::npos && (!fold || *fold < 0);
  if (slash == 0 || !trial || *trial < 0 || fold_is_wrong)
    return invalid_argument(
        concat("'", text,
               "' is not a trial\n  trials are STUDY/NUMBER, folds STUDY/NUMBER.FOLD: "
               "mnist-cae/17, mnist-cae/17.3"));
  TrialId id{text.substr(0, slash), TrialNumber(*trial), std::nullopt};
  if (fold) id.fold = FoldIndex(*fold);
  return id;
}

Result<FoundTrial> find_trial(StudySource& source, const std::string& text) {
  const std::string_view best = "/best";
  FoundTrial found;
  std::optional<TrialNumber> number;
  if (text.size() > best.size() && text.ends_with(best)) {
    FOLDMILL_ASSIGN_OR_RETURN(found.study,
                              source.get_study(text.substr(0, text.size() - best.size())));
    if (!found.study.best) return not_found(explain_no_best(found.study, ""));
    number = found.study.best;
  } else {
    FOLDMILL_ASSIGN_OR_RETURN(const TrialId id, parse_trial_id(text));
    if (id.fold)
      return invalid_argument(
          concat("'", text, "' is a fold; a trial is wanted: ", text.substr(0, text.rfind('.'))));
    FOLDMILL_ASSIGN_OR_RETURN(found.study, source.get_study(id.study));
    number = id.trial;
  }
  FOLDMILL_ASSIGN_OR_RETURN(found.trial, source.get_trial(found.study.spec.name, *number));
  return found;
}

Result<StudyRow> find_study(StudySource& source, const std::string& name) {
  if (!name.empty()) return source.get_study(name);
  FOLDMILL_ASSIGN_OR_RETURN(auto studies, all_studies(source));
  if (studies.empty())
    return not_found("there is no study yet\n  try: foldmill run FILE, with a study file");
  // A stage is shown with the search that it follows.
  std::erase_if(studies, [](const StudyRow& study) { return study.spec.origin.has_value(); });
  auto youngest = studies.begin();
  for (auto it = studies.begin(); it != studies.end(); ++it)
    if (it->created > youngest->created) youngest = it;
  return std::move(*youngest);
}

}  // namespace foldmill::cli
