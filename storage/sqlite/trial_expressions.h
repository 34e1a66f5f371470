#pragma once

namespace foldmill::storage {

// SQL over `trial t`. What an ended trial has trained stands in its own row, so that a study's
// reports, of which there may be a million, are counted only while their trial runs.

// The epochs of all its folds, each once.
inline constexpr const char* kTrialEpochs =
    "CASE WHEN t.ended IS NULL THEN (SELECT count(*) FROM epoch_report r WHERE r.study = t.study"
    " AND r.trial = t.number AND r.superseded_by IS NULL) ELSE t.trained_epochs END";

// The time of all its attempts, of those that were superseded too.
inline constexpr const char* kTrialSeconds =
    "CASE WHEN t.ended IS NULL THEN (SELECT total(r.seconds) FROM attempt a"
    " JOIN epoch_report r ON r.attempt = a.id WHERE a.study = t.study AND a.trial = t.number)"
    " ELSE t.trained_seconds END";

}  // namespace foldmill::storage
