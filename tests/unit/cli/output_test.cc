#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "cli/output/format.h"
#include "cli/output/shapes.h"
#include "cli/terminal/text_width.h"

namespace foldmill::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

StudySpec study() {
  StudySpec spec;
  spec.name = "s";
  return spec;
}

TrialRow trial() {
  TrialRow row;
  row.number = TrialNumber(17);
  row.state = TrialState::kPruned;
  row.params = {{"lr", 0.002}, {"optimizer", std::string("adam")}};
  row.value = NAN;
  row.epochs = 3;
  FoldRow fold;
  fold.state = FoldState::kStopped;
  fold.value = INFINITY;
  fold.epochs = 3;
  row.folds = {fold};
  return row;
}

Listing wide_listing() {
  Listing listing;
  listing.columns = {{"number", true, 9}, {"state", false, 8}, {"description", false, 1}};
  listing.rows = {{"1", "completed", std::string(60, 'x')}, {"20", "pruned", "short"}};
  return listing;
}

TEST(Table, FitsTheWidthAndNamesWhatItDrops) {
  for (const size_t columns : {40u, 80u, 200u}) {
    std::vector<std::string> dropped;
    std::istringstream lines(layout_table(wide_listing(), true, columns, &dropped));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), columns);
    if (columns < 80)
      EXPECT_THAT(dropped, ElementsAre("description"));
    else
      EXPECT_THAT(dropped, IsEmpty());
  }
}

TEST(Table, AlignsNumbersToTheRight) {
  std::vector<std::string> dropped;
  EXPECT_EQ(layout_table(wide_listing(), true, 40, &dropped),
            "NUMBER  STATE\n     1  completed\n    20  pruned\n");
}

TEST(Table, TheLastColumnIsCut) {
  std::vector<std::string> dropped;
  EXPECT_EQ(layout_table({{{"name"}}, {{"abcdefghij"}}, {}}, false, 5, &dropped), "abcd…\n");
}

TEST(TextWidth, CountsColumnsAndNotBytes) {
  EXPECT_EQ(display_width("▁▂é"), 3u);
  EXPECT_EQ(display_width("\xff"), 1u);
  EXPECT_EQ(truncate_to("▁▂▃▄", 3), "▁▂…");
  EXPECT_EQ(printable("a\x1b[31mb\n"), "a [31mb ");
}

TEST(Csv, QuotesWhatNeedsIt) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
}

TEST(Printing, PipedOutputDropsNothingAndUnknownColumnsAreSuggested) {
  std::ostringstream out, err;
  EXPECT_TRUE(print_listing(wide_listing(), {}, Terminal{false, false, 10}, out, err).ok());
  EXPECT_THAT(out.str(), HasSubstr(std::string(60, 'x')));
  EXPECT_EQ(err.str(), "");
  OutputOptions options;
  options.columns = {"stat"};
  const Status status = print_listing(wide_listing(), options, Terminal(), out, err);
  EXPECT_THAT(status.message(), HasSubstr("did you mean 'state'?"));
}

TEST(Printing, OnATerminalSaysWhatIsLeftOut) {
  std::ostringstream out, err;
  EXPECT_TRUE(print_listing(wide_listing(), {}, Terminal{true, false, 40}, out, err).ok());
  EXPECT_THAT(err.str(), HasSubstr("columns left out to fit: description"));
}

TEST(TrialJson, HasTheDocumentedShape) {
  const Json json = list_trials(study(), {trial()}).json;
  ASSERT_TRUE(json.is_array());
  const Json& first = json[0];
  EXPECT_EQ(first["schema"], "trial/v1");
  EXPECT_EQ(first["number"], 17);
  EXPECT_EQ(first["state"], "pruned");
  EXPECT_TRUE(first["value"].is_null());
  EXPECT_EQ(first["params"]["lr"], 0.002);
  EXPECT_EQ(first["epochs"], 3);
  EXPECT_EQ(first["folds"][0]["fold"], 0);
  EXPECT_EQ(first["folds"][0]["state"], "stopped");
  EXPECT_EQ(first["folds"][0]["value"], "inf");
  EXPECT_EQ(first["folds"][0]["epochs"], 3);
  EXPECT_FALSE(first["folds"][0].contains("curve"));
}

TEST(TrialListing, HasAColumnPerParameter) {
  const Listing listing = list_trials(study(), {trial()});
  EXPECT_EQ(listing.columns[4].name, "lr");
  EXPECT_EQ(listing.rows[0][4], Cell(0.002));
}

TEST(Printing, TablesRoundNumbersAndCsvKeepsThem) {
  Listing listing;
  listing.columns = {{"value", true, 1}};
  listing.rows = {{0.17648560663064322}, {int64_t{1795300033}}, {1795300033.159067}};
  std::vector<std::string> dropped;
  EXPECT_EQ(layout_table(listing, false, 80, &dropped), "  0.176486\n1795300033\n1795300033\n");
  std::ostringstream out, err;
  OutputOptions options{Format::kCsv, {}, false};
  EXPECT_TRUE(print_listing(listing, options, Terminal(), out, err).ok());
  EXPECT_EQ(out.str(), "0.17648560663064322\n1795300033\n1795300033.159067\n");
}

TEST(Format, NumbersInTables) {
  EXPECT_EQ(table_text(0.1), "0.1");
  EXPECT_EQ(table_text(0.000116765046), "0.000116765");
  EXPECT_EQ(table_text(1.5e-12), "1.5e-12");
  EXPECT_EQ(table_text(1e300), "1e+300");
  EXPECT_EQ(table_text(double{NAN}), "nan");
  EXPECT_EQ(table_text(Cell()), "");
}

TEST(Format, ShellCommandsCanBePasted) {
  EXPECT_EQ(shell_command({"foldmill", "run", "a.yaml", "--set", "params.lr={float: [1, 2]}"}),
            "foldmill run a.yaml --set 'params.lr={float: [1, 2]}'");
  EXPECT_EQ(shell_command({"it's", ""}), "'it'\\''s' ''");
}

TEST(Format, DurationsAndTimes) {
  EXPECT_EQ(format_duration(0.84), "0.8s");
  EXPECT_EQ(format_duration(62), "1m02s");
  EXPECT_EQ(format_duration(7500), "2h05m");
  EXPECT_EQ(format_duration(NAN), "?");
  EXPECT_EQ(format_time(WallTime(std::chrono::seconds(0))), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace foldmill::cli
