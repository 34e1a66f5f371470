#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/terminal/text_width.h"

namespace foldmill::cli {
namespace {

using ::testing::HasSubstr;

struct Answer {
  int code;
  std::string out, err;
};

Answer run(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int code = run_command_line(arguments, out, err);
  return {code, out.str(), err.str()};
}

TEST(CommandLine, UnknownCommandsAndOptionsAreSuggested) {
  Answer answer = run({"studdy", "list"});
  EXPECT_EQ(answer.code, 2);
  EXPECT_THAT(answer.err, HasSubstr("did you mean 'study'?"));
  answer = run({"study", "lsit"});
  EXPECT_EQ(answer.code, 2);
  EXPECT_THAT(answer.err, HasSubstr("did you mean 'list'?"));
  answer = run({"trial", "list", "--srot", "value"});
  EXPECT_EQ(answer.code, 2);
  EXPECT_THAT(answer.err, HasSubstr("did you mean '--sort'?"));
}

TEST(CommandLine, UsageMistakesAreTwo) {
  EXPECT_EQ(run({}).code, 2);
  EXPECT_EQ(run({"run"}).code, 2);
  EXPECT_EQ(run({"trial", "show", "no-number"}).code, 2);
  EXPECT_EQ(run({"study", "list", "-o", "xml"}).code, 2);
  EXPECT_EQ(run({"study", "list", "--db", "a", "--coordinator", "b:1"}).code, 2);
  EXPECT_EQ(run({"version", "--color", "pink"}).code, 2);
}

TEST(CommandLine, HelpAndVersionAreAnswers) {
  EXPECT_EQ(run({"--help"}).code, 0);
  EXPECT_THAT(run({"study", "--help"}).out, HasSubstr("extend"));
  EXPECT_THAT(run({"version"}).out, HasSubstr("foldmill "));
  EXPECT_THAT(run({"help", "exit-codes"}).out, HasSubstr("130  interrupted"));
}

TEST(CommandLine, TheFirstScreenFitsASmallTerminal) {
  const std::string help = run({"--help"}).out;
  EXPECT_EQ(run({"help"}).out, help);
  EXPECT_EQ(run({}).err, help);
  EXPECT_LT(help.find("foldmill run study.yaml"), help.find("Commands"));
  std::istringstream lines(help);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(display_width(line), 80u);
  EXPECT_LE(count, 24);
}

TEST(CommandLine, HelpNamesTheWholeCommand) {
  EXPECT_THAT(run({"trial", "list", "--help"}).out, HasSubstr("Usage: foldmill trial list"));
  EXPECT_THAT(run({"trial"}).err, HasSubstr("the trials of a study"));
}

TEST(CommandLine, WrongFormatsAndFilesAreExplained) {
  EXPECT_THAT(run({"study", "list", "-o", "xml"}).err,
              HasSubstr("'xml' is not table, json or csv"));
  EXPECT_THAT(run({"study", "check", FOLDMILL_EXAMPLES "/quikstart.yaml"}).err,
              HasSubstr("/quickstart.yaml'?"));
}

TEST(CommandLine, StudyCheckSaysWhatAFileMeans) {
  const Answer answer = run({"study", "check", FOLDMILL_EXAMPLES "/quickstart.yaml"});
  EXPECT_EQ(answer.code, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("12 trials"));
  EXPECT_THAT(answer.out, HasSubstr("float [0.0001, 0.008] log"));
}

TEST(CommandLine, BadStudyFilesAreFourAndMissingOnesThree) {
  const Answer bad =
      run({"study", "check", FOLDMILL_EXAMPLES "/quickstart.yaml", "--set", "sed=1"});
  EXPECT_EQ(bad.code, 4);
  EXPECT_THAT(bad.err, HasSubstr("did you mean 'seed'?"));
  EXPECT_EQ(run({"study", "check", "gone.yaml"}).code, 3);
}

TEST(CommandLine, UnreachableCoordinatorsAreFive) {
  const Answer answer = run({"study", "list", "--coordinator", "unix:/nonexistent/sock"});
  EXPECT_EQ(answer.code, 5);
  EXPECT_THAT(answer.err, HasSubstr("cannot reach the coordinator unix:/nonexistent/sock"));
}

TEST(CommandLine, PlainTextToAnotherMachineIsRefused) {
  EXPECT_EQ(run({"study", "list", "--coordinator", "192.0.2.1:7070"}).code, 6);
}

TEST(CommandLine, MissingDatabasesAreThree) {
  EXPECT_EQ(run({"study", "list", "--db", "/nonexistent/study.db"}).code, 3);
}

}  // namespace
}  // namespace foldmill::cli
