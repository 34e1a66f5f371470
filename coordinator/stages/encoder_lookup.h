#pragma once

#include <optional>

#include "core/artifact.h"
#include "core/result.h"
#include "core/study.h"
#include "storage/study_reader.h"

namespace foldmill::coordinator {

// Whether the weights that the study starts from are another study's, and so have to be found
// before it is created. One that waits for them is looked up later.
bool wants_lookup(const StudySpec& spec);

// Finds them and writes them into spec.model.encoder->artifact: the model.safetensors of the best
// completed fold of the trial that the encoder names. Whatever a caller wrote there is replaced.
// On the reader thread.
// not_found: no such study or trial; failed_precondition: no completed trial, or one without that
// file.
Status find_encoder(storage::StudyReader& reader, StudySpec& spec);

// Of a study that waits: nothing while the other study is not there or has not completed.
// failed_precondition also when that one was cancelled or failed.
Result<std::optional<ArtifactRef>> find_awaited_encoder(storage::StudyReader& reader,
                                                        const StudySpec& spec);

}  // namespace foldmill::coordinator
