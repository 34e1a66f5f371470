// Mistakes under `model:`, and what does not fit to the model.
#include "tests/unit/cli/bad_study_file.h"

namespace foldmill::cli {
namespace {

class BadModels : public BadStudyFile {};

TEST_P(BadModels, IsRefusedWithPlaceAndFix) { expect_refused(); }

// The model stands on line 3, `rest` from line 4 on.
std::string model_text(const std::string& model, const std::string& rest = "") {
  return "name: s\ndata: {dataset: mnist}\nmodel: " + model + "\n" + rest;
}

const BadFile kFiles[] = {
    {"UnknownType", model_text("{type: vea}"),
     "error: s.yaml:3:15: 'vea' is not a value of 'type'\n"
     "    3 | model: {type: vea}\n"
     "      |               ^^^ did you mean 'vae'?"},
    {"UnknownVariant", model_text("{type: dae, variant: conv5}"),
     "error: s.yaml:3:29: 'conv5' is not a value of 'variant'\n"
     "    3 | model: {type: dae, variant: conv5}\n"
     "      |                             ^^^^^ did you mean 'conv3'?"},
    {"VariantOfAnotherType", model_text("{type: cae, variant: mlp}"),
     "error: s.yaml:3:29: 'mlp' is not a value of 'variant'\n"
     "    3 | model: {type: cae, variant: mlp}\n"
     "      |                             ^^^ allowed: conv3, conv4, scaled"},
    {"UnknownTarget", model_text("{type: cae, target: pixels}"),
     "error: s.yaml:3:28: 'pixels' is not a value of 'target'\n"
     "    3 | model: {type: cae, target: pixels}\n"
     "      |                            ^^^^^^ allowed: input, unit"},
    {"KeyOfAnotherType", model_text("{type: cae, classes: 10}"),
     "error: s.yaml:3:20: 'classes' is not a key of model\n"
     "    3 | model: {type: cae, classes: 10}\n"
     "      |                    ^^^^^^^\n"
     "   keys of model: type, variant, target"},
    {"TooFewClasses", model_text("{type: classifier, classes: 1}"),
     "error: s.yaml:3:36: must be at least 2, got 1\n"
     "    3 | model: {type: classifier, classes: 1}\n"
     "      |                                    ^"},
    {"EncoderIsNoMap", model_text("{type: classifier, encoder: my-cae}"),
     "error: s.yaml:3:36: encoder must be a map, got a single value\n"
     "    3 | model: {type: classifier, encoder: my-cae}\n"
     "      |                                    ^^^^^^"},
    {"EncoderWithoutSource", model_text("{type: classifier, encoder: {freeze: true}}"),
     "error: s.yaml:3:36: an encoder has one source\n"
     "    3 | model: {type: classifier, encoder: {freeze: true}}\n"
     "      |                                    ^ write from: {study: my-cae} or file: "
     "/path/model.safetensors"},
    {"EncoderWithTwoSources",
     model_text("{type: classifier, encoder: {from: {study: a}, file: b}}"),
     "error: s.yaml:3:36: an encoder has one source\n"
     "    3 | model: {type: classifier, encoder: {from: {study: a}, file: b}}\n"
     "      |                                    ^ write from: {study: my-cae} or file: "
     "/path/model.safetensors"},
    {"EncoderOfNoStudy", model_text("{type: classifier, encoder: {from: {trial: best}}}"),
     "error: s.yaml:3:43: the encoder comes from a study, which is not named\n"
     "    3 | model: {type: classifier, encoder: {from: {trial: best}}}\n"
     "      |                                           ^ write from: {study: my-cae, trial: "
     "best}"},
    {"EncoderOfAnOddTrial",
     model_text("{type: classifier, encoder: {from: {study: a, trial: last}}}"),
     "error: s.yaml:3:61: 'last' is not a trial\n"
     "    3 | model: {type: classifier, encoder: {from: {study: a, trial: last}}}\n"
     "      |                                                             ^^^^ write best, "
     "final (of its final training), or a trial's number"},
    {"EncoderPart", model_text("{type: classifier, encoder: {from: {study: a, part: decoder}}}"),
     "error: s.yaml:3:60: 'decoder' is not a value of 'part'\n"
     "    3 | model: {type: classifier, encoder: {from: {study: a, part: decoder}}}\n"
     "      |                                                            ^^^^^^^ did you mean "
     "'encoder'?"},
    {"EncoderOfItself", model_text("{type: classifier, encoder: {from: {study: s}}}"),
     "error: s.yaml:3:51: model.encoder.from.study: 's' is this very study; name another\n"
     "    3 | model: {type: classifier, encoder: {from: {study: s}}}\n"
     "      |                                                   ^"},
    {"WaitForAFile", model_text("{type: classifier, encoder: {file: /e, wait: true}}"),
     "error: s.yaml:3:53: a file is there or it is not: nothing says when it comes\n"
     "    3 | model: {type: classifier, encoder: {file: /e, wait: true}}\n"
     "      |                                                     ^^^^ remove wait, or take the "
     "encoder from a study"},
    {"VariantBesideAnEncoder",
     model_text("{type: classifier, variant: conv4, encoder: {from: {study: a}}}"),
     "error: s.yaml:3:36: the variant comes with the encoder\n"
     "    3 | model: {type: classifier, variant: conv4, encoder: {from: {study: a}}}\n"
     "      |                                    ^^^^^ remove variant"},
    {"LayersBesideAnEncoder",
     model_text("{type: classifier, encoder: {file: /e}}", "params: {fc: 64}\n"),
     "error: s.yaml:4:10: 'fc' is not a parameter of model 'classifier' (its encoder is given)\n"
     "    4 | params: {fc: 64}\n"
     "      |          ^^\n"
     "   its parameters: n_hidden, dropout, encoder_lr_factor, lr, optimizer, weight_decay, "
     "momentum, nesterov, beta1, beta2, lr_schedule, lr_step_epochs, lr_gamma, grad_clip, "
     "batch_size, deterministic, epochs"},
    {"GanWithoutMetric", model_text("{type: gan}"),
     "error: s.yaml:1:1: a study of a gan must name its metric\n"
     "    1 | name: s\n"
     "      | ^ add objective: {metric: frechet_distance}\n"
     "   metrics of 'gan': frechet_distance, d_loss, g_loss, n_parameters"},
    {"GanOfOtherPixels", model_text("{type: gan}", "objective: {metric: frechet_distance}\n"),
     "error: s.yaml:2:7: data.normalize: a gan's generator ends in tanh, whose values lie between "
     "-1 and 1, so it wants symmetric, got unit; write normalize: symmetric\n"
     "    2 | data: {dataset: mnist}\n"
     "      |       ^"},
    {"AccuracyToBeMinimized",
     model_text("{type: classifier}", "objective: {metric: val_accuracy}\n"),
     "error: s.yaml:4:12: objective.direction: the greater 'val_accuracy' is the better; write "
     "direction: maximize\n"
     "    4 | objective: {metric: val_accuracy}\n"
     "      |            ^"},
    {"CrossEntropyOfALinearOutput", study_text("  loss: bce\n"),
     "error: s.yaml:5:9: params.loss: bce wants outputs between 0 and 1; add output_activation: "
     "sigmoid\n"
     "    5 |   loss: bce\n"
     "      |         ^^^"},
    {"SearchedLoss", study_text("  loss: {choice: [mse, l1]}\n"),
     "error: s.yaml:1:1: objective.metric: 'val_loss' of one loss cannot be compared with that of "
     "another while params.loss is searched; use val_mse_unit\n"
     "    1 | name: s\n"
     "      | ^"},
    {"NesterovOfAdam", study_text("  nesterov: true\n"),
     "error: s.yaml:5:13: params.nesterov: it is of optimizer sgd alone; set optimizer: sgd, "
     "or write nesterov: {bool: any, when: {optimizer: sgd}}\n"
     "    5 |   nesterov: true\n"
     "      |             ^^^^"},
};

INSTANTIATE_TEST_SUITE_P(All, BadModels, ::testing::ValuesIn(kFiles), label_of);

}  // namespace
}  // namespace foldmill::cli
