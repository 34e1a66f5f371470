#include "coordinator/simulation/program_curves.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "coordinator/simulation/line_program.h"
#include "core/text.h"

namespace foldmill::simulation {
namespace {

using nlohmann::ordered_json;

constexpr size_t kShown = 80;  // of an answer that is no number

ordered_json params_json(const ParameterSet& params) {
  ordered_json json = ordered_json::object();
  for (const auto& [name, value] : params)
    std::visit([&, &key = name](const auto& v) { json[key] = v; }, value);
  return json;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

class ProgramTrial final : public TrialCurves {
 public:
  ProgramTrial(LineProgram& program, const std::string& command, ordered_json question)
      : program_(program), command_(command), question_(std::move(question)) {}

  Result<EpochOutcome> at(FoldIndex fold, int64_t epoch) override {
    question_["fold"] = fold.value;
    question_["epoch"] = epoch;
    const Result<std::string> answer = program_.ask(question_.dump());
    if (!answer.ok()) return answer.status().with_context(concat("curves by '", command_, "'"));
    const std::optional<double> value = parse_double(trimmed(*answer));
    if (!value)
      return invalid_argument(concat("curves by '", command_, "': it answered '",
                                     sound_utf8(*answer, kShown), "' to ", question_.dump(),
                                     "\n  answer each line with one number on a line of its own, "
                                     "and flush it"));
    return EpochOutcome{*value};
  }

 private:
  LineProgram& program_;
  const std::string& command_;
  ordered_json question_;
};

class ProgramCurves final : public Curves {
 public:
  ProgramCurves(std::string command, LineProgram program)
      : command_(std::move(command)), program_(std::move(program)) {}

  std::string describe() const override { return concat("answered by '", command_, "'"); }
  Status check(const StudySpec&) const override { return ok_status(); }
  Result<std::unique_ptr<TrialCurves>> begin(const StudySpec& spec, TrialNumber trial,
                                             const ParameterSet& params) override {
    ordered_json question{{"params", params_json(params)},
                          {"fold", 0},
                          {"epoch", 0},
                          {"trial", trial.value},
                          {"seed", spec.seed}};
    return std::unique_ptr<TrialCurves>(
        std::make_unique<ProgramTrial>(program_, command_, std::move(question)));
  }

 private:
  std::string command_;
  LineProgram program_;
};

}  // namespace

Result<std::unique_ptr<Curves>> make_program_curves(const std::string& command) {
  FOLDMILL_ASSIGN_OR_RETURN(LineProgram program, LineProgram::start(command));
  return std::unique_ptr<Curves>(std::make_unique<ProgramCurves>(command, std::move(program)));
}

}  // namespace foldmill::simulation
