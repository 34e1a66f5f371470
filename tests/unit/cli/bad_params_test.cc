// Mistakes under `params:` and in ranges, conditions and enqueued points.
#include "tests/unit/cli/bad_study_file.h"

namespace foldmill::cli {
namespace {

class BadParams : public BadStudyFile {};

TEST_P(BadParams, IsRefusedWithPlaceAndFix) { expect_refused(); }

const BadFile kFiles[] = {
    {"UnknownKnob", study_text("  optimiser: {choice: [adam, radam]}\n"),
     "error: s.yaml:5:3: 'optimiser' is not a parameter of model 'cae' (conv3)\n"
     "    5 |   optimiser: {choice: [adam, radam]}\n"
     "      |   ^^^^^^^^^ did you mean 'optimizer'?\n"
     "   its parameters: filters_1, filters_2, filters_3, fc, latent_dim, activation, "
     "output_activation, loss, lr, optimizer, weight_decay, momentum, nesterov, beta1, beta2, "
     "lr_schedule, lr_step_epochs, lr_gamma, grad_clip, batch_size, deterministic, epochs"},
    {"UnknownKeyOfARange", study_text("  lr: {float: [1e-4, 1e-2], lgo: true}\n"),
     "error: s.yaml:5:29: 'lgo' is not a key of a range of kind float\n"
     "    5 |   lr: {float: [1e-4, 1e-2], lgo: true}\n"
     "      |                             ^^^ did you mean 'log'?\n"
     "   keys of a range of kind float: float, when, log, step"},
    {"UnknownChoice", study_text("  optimizer: {choice: [adam, radm]}\n"),
     "error: s.yaml:5:30: 'radm' is not a value of 'optimizer'\n"
     "    5 |   optimizer: {choice: [adam, radm]}\n"
     "      |                              ^^^^ did you mean 'radam'?"},
    {"IntegerExpected", study_text("  fc: 12.5\n"),
     "error: s.yaml:5:7: an integer is expected, got 12.5\n"
     "    5 |   fc: 12.5\n"
     "      |       ^^^^"},
    {"IntegerWritten1e3", study_text("  fc: 1e3\n"),
     "error: s.yaml:5:7: an integer is expected, got 1e3\n"
     "    5 |   fc: 1e3\n"
     "      |       ^^^"},
    {"MissingValue", study_text("  fc:\n"),
     "error: s.yaml:5:3: a value is missing\n"
     "    5 |   fc:\n"
     "      |   ^"},
    {"ListAsValue", study_text("  fc: [64, 128]\n"),
     "error: s.yaml:5:7: a parameter is one value or a range, got a list\n"
     "    5 |   fc: [64, 128]\n"
     "      |       ^ to try several values, write {choice: […]}"},
    {"MapThatIsNoRange", study_text("  fc: {low: 1, high: 2}\n"),
     "error: s.yaml:5:7: this is neither a constant nor a range\n"
     "    5 |   fc: {low: 1, high: 2}\n"
     "      |       ^\n"
     "   ranges are {int: [1, 9]}, {float: [1e-4, 1e-1], log: true}, {choice: [a, b]}, {bool: "
     "any}"},
    {"TwoKinds", study_text("  fc: {int: [1, 2], choice: [1, 2]}\n"),
     "error: s.yaml:5:7: a range is of one kind only\n"
     "    5 |   fc: {int: [1, 2], choice: [1, 2]}\n"
     "      |       ^\n"
     "   ranges are {int: [1, 9]}, {float: [1e-4, 1e-1], log: true}, {choice: [a, b]}, {bool: "
     "any}"},
    {"ReversedRange", study_text("  fc: {int: [128, 64]}\n"),
     "error: s.yaml:5:14: the range is reversed: 128 is greater than 64\n"
     "    5 |   fc: {int: [128, 64]}\n"
     "      |              ^^^ write [64, 128]"},
    {"EmptyRange", study_text("  fc: {int: []}\n"),
     "error: s.yaml:5:13: the range must be [low, high], got a list of 0\n"
     "    5 |   fc: {int: []}\n"
     "      |             ^ write {int: [low, high]}"},
    {"OneEnd", study_text("  lr: {float: 0.1}\n"),
     "error: s.yaml:5:15: the range must be [low, high], got a single value\n"
     "    5 |   lr: {float: 0.1}\n"
     "      |               ^^^ write {float: [low, high]}"},
    {"LogFromZero", study_text("  weight_decay: {float: [0, 1e-1], log: true}\n"),
     "error: s.yaml:5:26: lower bound must be greater than 0 for a log range, got 0\n"
     "    5 |   weight_decay: {float: [0, 1e-1], log: true}\n"
     "      |                          ^ use a small positive number, for example [1e-5, 1e-1]"},
    {"LogWithStep", study_text("  fc: {int: [1, 64], log: true, step: 2}\n"),
     "error: s.yaml:5:39: a log range has no step\n"
     "    5 |   fc: {int: [1, 64], log: true, step: 2}\n"
     "      |                                       ^ remove step, or log"},
    {"StepOfZero", study_text("  momentum: {float: [0, 0.9], step: 0}\n"),
     "error: s.yaml:5:37: the step must be greater than 0, got 0\n"
     "    5 |   momentum: {float: [0, 0.9], step: 0}\n"
     "      |                                     ^"},
    {"EmptyChoice", study_text("  optimizer: {choice: []}\n"),
     "error: s.yaml:5:23: the list of choices is empty\n"
     "    5 |   optimizer: {choice: []}\n"
     "      |                       ^ write {choice: [one, another]}"},
    {"ChoiceTwice", study_text("  optimizer: {choice: [adam, adam]}\n"),
     "error: s.yaml:5:23: choice adam is there twice; remove one\n"
     "    5 |   optimizer: {choice: [adam, adam]}\n"
     "      |                       ^"},
    {"FloatRangeForInteger", study_text("  fc: {float: [1, 64]}\n"),
     "error: s.yaml:5:7: 'fc' cannot have a range of kind float\n"
     "    5 |   fc: {float: [1, 64]}\n"
     "      |       ^ write {int: [low, high]}"},
    {"IntRangeForFloat", study_text("  lr: {int: [1, 2]}\n"),
     "error: s.yaml:5:7: 'lr' cannot have a range of kind int\n"
     "    5 |   lr: {int: [1, 2]}\n"
     "      |       ^ write {float: [low, high]}"},
    {"RangeForAWord", study_text("  optimizer: {int: [1, 2]}\n"),
     "error: s.yaml:5:14: 'optimizer' cannot have a range of kind int\n"
     "    5 |   optimizer: {int: [1, 2]}\n"
     "      |              ^ write {choice: [one, another]}"},
    {"OutOfTheKnobsLimits", study_text("  momentum: {float: [0, 1.5]}\n"),
     "error: s.yaml:5:25: 'momentum' must be between 0 and 0.9999, got 1.5\n"
     "    5 |   momentum: {float: [0, 1.5]}\n"
     "      |                         ^^^"},
    {"ConstantOutOfLimits", study_text("  fc: 0\n"),
     "error: s.yaml:5:7: must be at least 1, got 0\n"
     "    5 |   fc: 0\n"
     "      |       ^"},
    {"Repeat", study_text("  fc: {repeat: n, int: [1, 2]}\n"),
     "error: s.yaml:5:7: 'repeat' is not supported by this version of foldmill\n"
     "    5 |   fc: {repeat: n, int: [1, 2]}\n"
     "      |       ^"},
    {"WhenNamesNobody",
     study_text("  momentum: {float: [0, 0.9], when: {optimzer: sgd}}\n  optimizer: {choice: "
                "[adam, sgd]}\n"),
     "error: s.yaml:5:38: 'when' names 'optimzer', which is not a parameter of this study\n"
     "    5 |   momentum: {float: [0, 0.9], when: {optimzer: sgd}}\n"
     "      |                                      ^^^^^^^^ did you mean 'optimizer'?"},
    {"WhenNeverHolds",
     study_text("  momentum: {float: [0, 0.9], when: {optimizer: sdg}}\n  optimizer: {choice: "
                "[adam, sgd]}\n"),
     "error: s.yaml:5:37: 'momentum' is to depend on optimizer = sdg, but optimizer is choice "
     "[adam, sgd]\n"
     "    5 |   momentum: {float: [0, 0.9], when: {optimizer: sdg}}\n"
     "      |                                     ^"},
    {"WhenOnItself", study_text("  fc: {int: [1, 2], when: {fc: 1}}\n"),
     "error: s.yaml:5:27: conditions go round in a circle: fc -> fc; break one of them\n"
     "    5 |   fc: {int: [1, 2], when: {fc: 1}}\n"
     "      |                           ^"},
    {"WhenInACircle",
     study_text("  fc: {int: [1, 2], when: {latent_dim: 1}}\n  latent_dim: {int: [1, 2], when: "
                "{fc: 1}}\n"),
     "error: s.yaml:5:27: conditions go round in a circle: fc -> latent_dim -> fc; break one of "
     "them\n"
     "    5 |   fc: {int: [1, 2], when: {latent_dim: 1}}\n"
     "      |                           ^"},
    {"WhenIsAWord", study_text("  fc: {int: [1, 2], when: sgd}\n"),
     "error: s.yaml:5:27: 'when' must name a parameter and its values\n"
     "    5 |   fc: {int: [1, 2], when: sgd}\n"
     "      |                           ^^^ for example when: {optimizer: sgd}"},
    {"ConditionalEpochs",
     study_text(
         "  epochs: {int: [1, 2], when: {optimizer: sgd}}\n  optimizer: {choice: [adam, sgd]}\n"),
     "error: s.yaml:5:11: params.epochs: every trial needs it; remove its `when`\n"
     "    5 |   epochs: {int: [1, 2], when: {optimizer: sgd}}\n"
     "      |           ^"},
    {"EnqueueUnknown",
     study_text("  lr: {float: [1e-4, 1e-2]}\n", "search: {enqueue: [{rl: 1e-3}]}\n"),
     "error: s.yaml:6:21: 'rl' is not a searched parameter\n"
     "    6 | search: {enqueue: [{rl: 1e-3}]}\n"
     "      |                     ^^ did you mean 'lr'?\n"
     "   searched: lr"},
    {"EnqueueOutside",
     study_text("  lr: {float: [1e-4, 1e-2]}\n", "search: {enqueue: [{lr: 1}]}\n"),
     "error: s.yaml:6:25: outside the range of 'lr': float [0.0001, 0.01]\n"
     "    6 | search: {enqueue: [{lr: 1}]}\n"
     "      |                         ^"},
};

INSTANTIATE_TEST_SUITE_P(All, BadParams, ::testing::ValuesIn(kFiles), label_of);

}  // namespace
}  // namespace foldmill::cli
