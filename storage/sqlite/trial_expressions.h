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

// Of the values of its completed folds: standard deviation (with n - 1) and standard error of the
// mean, null of a single fold. As in views.sql.
inline constexpr const char* kFoldStd =
    "(SELECT sqrt(sum(d.off * d.off) / (count(*) - 1)) FROM (SELECT f.value - (SELECT avg(g.value)"
    " FROM fold g WHERE g.study = t.study AND g.trial = t.number AND g.state = 'completed') AS off"
    " FROM fold f WHERE f.study = t.study AND f.trial = t.number AND f.state = 'completed') d)";
inline constexpr const char* kFoldError =
    "(SELECT sqrt(sum(d.off * d.off) / (count(*) - 1) / count(*)) FROM (SELECT f.value"
    " - (SELECT avg(g.value) FROM fold g WHERE g.study = t.study AND g.trial = t.number"
    " AND g.state = 'completed') AS off"
    " FROM fold f WHERE f.study = t.study AND f.trial = t.number AND f.state = 'completed') d)";

}  // namespace foldmill::storage
