// The traps of YAML, each closed with a message that names the fix.
#include "tests/unit/cli/bad_study_file.h"

namespace foldmill::cli {
namespace {

class BadYaml : public BadStudyFile {};

TEST_P(BadYaml, IsRefusedWithPlaceAndFix) { expect_refused(); }

const BadFile kFiles[] = {
    {"DuplicateKey", study_text("  lr: 1e-3\n  lr: 1e-2\n"),
     "error: s.yaml:6:3: duplicate key 'lr'\n"
     "    6 |   lr: 1e-2\n"
     "      |   ^^ first at 5:3\n"
     "   keep one of the two"},
    {"YesIsNoTruthValue", study_text("  lr: {float: [1e-4, 1e-2], log: yes}\n"),
     "error: s.yaml:5:34: 'yes' is not a truth value here: only true and false are\n"
     "    5 |   lr: {float: [1e-4, 1e-2], log: yes}\n"
     "      |                                  ^^^ write true, or \"yes\" if it is text"},
    {"CapitalTrue", study_text("  lr: {float: [1e-4, 1e-2], log: True}\n"),
     "error: s.yaml:5:34: 'True' is not a truth value here: only true and false are\n"
     "    5 |   lr: {float: [1e-4, 1e-2], log: True}\n"
     "      |                                  ^^^^ write true, or \"True\" if it is text"},
    {"NoAsText", "name: no\ndata: {dataset: mnist}\n",
     "error: s.yaml:1:7: 'no' is not a truth value here: only true and false are\n"
     "    1 | name: no\n"
     "      |       ^^ write false, or \"no\" if it is text"},
    {"LeadingZero", study_text("  fc: 017\n"),
     "error: s.yaml:5:7: the number 017 has a leading zero, which some readers take as octal\n"
     "    5 |   fc: 017\n"
     "      |       ^^^ write 17, or \"017\" if it is text"},
    {"Underscore", study_text("  fc: 1_000\n"),
     "error: s.yaml:5:7: underscores are not allowed in the number 1_000\n"
     "    5 |   fc: 1_000\n"
     "      |       ^^^^^ write 1000, or \"1_000\" if it is text"},
    {"Hexadecimal", study_text("  fc: 0x1F\n"),
     "error: s.yaml:5:7: '0x1F' is not decimal\n"
     "    5 |   fc: 0x1F\n"
     "      |       ^^^^ write it in decimal, or \"0x1F\" if it is text"},
    {"Infinity", study_text("  lr: .inf\n"),
     "error: s.yaml:5:7: '.inf' is not a finite number\n"
     "    5 |   lr: .inf\n"
     "      |       ^^^^"},
    {"QuotedNumber", study_text("  lr: \"0.01\"\n"),
     "error: s.yaml:5:7: a number is expected, got the string \"0.01\"\n"
     "    5 |   lr: \"0.01\"\n"
     "      |       ^^^^^^ remove the quotes: 0.01"},
    {"MergeKey", "base: &b {k: 2}\nname: s\nfolds: {<<: *b}\n",
     "error: s.yaml:3:9: merge keys are not allowed\n"
     "    3 | folds: {<<: *b}\n"
     "      |         ^^ put the common part in its own file\n"
     "   and name it at the top of this one:  extends: common.yaml"},
    {"Tag", study_text("  lr: !!float 1\n"),
     "error: s.yaml:5:7: tags are not allowed\n"
     "    5 |   lr: !!float 1\n"
     "      |       ^^^ remove the '!…' before the value\n"
     "   types follow from how a value is written: 1e-4 is a number, \"1e-4\" a string"},
    {"SecondDocument", "name: s\n---\nname: t\n",
     "error: s.yaml:2:1: a second document starts here\n"
     "    2 | ---\n"
     "      | ^ one file holds one study: remove the '---' and what follows"},
    {"NotYaml", "name: [s\ndata: {\n",
     "error: s.yaml:2:5: not YAML: end of sequence flow not found\n"
     "    2 | data: {\n"
     "      |     ^"},
    {"Empty", "",
     "error: s.yaml:1:1: a study file is a map of blocks, got nothing\n"
     "    1 | \n"
     "      | ^ start with name: my-study"},
    {"AList", "- name\n",
     "error: s.yaml:1:1: a study file is a map of blocks, got a list\n"
     "    1 | - name\n"
     "      | ^ start with name: my-study"},
    {"KeyIsAList", "[a, b]: c\n",
     "error: s.yaml:1:1: a key must be a name, not a list\n"
     "    1 | [a, b]: c\n"
     "      | ^"},
    {"RecursiveAlias", "name: s\ntags: &a [*a]\n",
     "error: s.yaml:2:11: this alias stands inside its anchor\n"
     "    2 | tags: &a [*a]\n"
     "      |           ^"},
};

INSTANTIATE_TEST_SUITE_P(All, BadYaml, ::testing::ValuesIn(kFiles), label_of);

}  // namespace
}  // namespace foldmill::cli
