#include "storage/maintenance/row_rules.h"

namespace foldmill::storage {

namespace {

constexpr const char* kRestore =
    "no coordinator writes this: restore the last sound backup, or go on with a copy and keep this "
    "file for whoever looks into it";
constexpr const char* kCancel =
    "the study cannot end by itself: `foldmill study cancel` it, export what it has and create it "
    "anew under another name, or restore the last sound backup";
constexpr const char* kShownOnly =
    "only what is shown is wrong; nothing is decided from it, and the study can go on";

constexpr RowRule kRules[] = {
    {"study-end", R"sql(
      SELECT name, 'is ' || state || iif(ended IS NULL, ' without', ' with') || ' a time of its end'
        FROM study
       WHERE (state IN ('completed', 'cancelled', 'failed')) <> (ended IS NOT NULL))sql",
     kShownOnly},
    {"study-running", R"sql(
      SELECT s.name || '/' || t.number, 'is ' || t.state || ' in a study that is ' || s.state
        FROM trial t JOIN study s ON s.id = t.study
       WHERE s.state IN ('completed', 'cancelled') AND t.ended IS NULL)sql",
     kRestore},
    {"study-budget", R"sql(
      SELECT s.name, count(*) || ' trials count for a budget of ' || s.trials
        FROM study s JOIN trial t ON t.study = s.id
       WHERE t.state IN ('completed', 'pruned')
       GROUP BY s.id HAVING count(*) > s.trials)sql",
     "the trials are sound, there are only more than were asked for; nothing need be done"},
    {"trial-numbers", R"sql(
      SELECT s.name, 'has ' || count(*) || ' trials, but the last is number ' || max(t.number)
        FROM study s JOIN trial t ON t.study = s.id
       GROUP BY s.id HAVING max(t.number) <> count(*) - 1)sql",
     kRestore},
    {"trial-folds", R"sql(
      SELECT s.name || '/' || t.number,
             'has ' || count(f.fold) || ' of its ' || t.folds || ' folds'
             || iif(max(f.fold) >= t.folds, ', and one numbered ' || max(f.fold), '')
        FROM trial t JOIN study s ON s.id = t.study
        LEFT JOIN fold f ON f.study = t.study AND f.trial = t.number
       GROUP BY t.study, t.number
      HAVING count(f.fold) <> t.folds OR max(f.fold) <> t.folds - 1)sql",
     kRestore},
    {"trial-state", R"sql(
      SELECT s.name || '/' || t.number,
             'is ' || t.state || ' while ' || sum(f.state IN ('pending', 'leased')) || ' of its '
             || t.folds || ' folds are open and ' || sum(f.state = 'completed') || ' completed'
        FROM trial t JOIN study s ON s.id = t.study
        JOIN fold f ON f.study = t.study AND f.trial = t.number
       GROUP BY t.study, t.number
      HAVING (t.ended IS NULL) <> (sum(f.state IN ('pending', 'leased')) > 0)
          OR (t.state = 'completed' AND sum(f.state = 'completed') <> count(*)))sql",
     kCancel},
    {"trial-sums", R"sql(
      SELECT s.name || '/' || t.number,
             'says that it trained ' || t.trained_epochs || ' epochs in ' || t.trained_seconds
             || ' s; its reports say ' || k.epochs || ' in ' || k.seconds || ' s'
        FROM trial t JOIN study s ON s.id = t.study
        JOIN (SELECT u.study, u.number, sum(r.attempt IS NOT NULL AND r.superseded_by IS NULL)
                     AS epochs, total(r.seconds) AS seconds
                FROM trial u LEFT JOIN epoch_report r ON r.study = u.study AND r.trial = u.number
               GROUP BY u.study, u.number) k ON k.study = t.study AND k.number = t.number
       WHERE t.ended IS NOT NULL
         AND (t.trained_epochs <> k.epochs
              OR abs(t.trained_seconds - k.seconds) > 1e-6 * (1 + k.seconds)))sql",
     kShownOnly},
    {"fold-held", R"sql(
      SELECT s.name || '/' || f.trial || '.' || f.fold,
             'is ' || f.state || ', with ' || count(a.id) || ' live attempts'
        FROM fold f JOIN study s ON s.id = f.study
        LEFT JOIN attempt a ON a.study = f.study AND a.trial = f.trial AND a.fold = f.fold
             AND a.state IN ('leased', 'running')
       GROUP BY f.study, f.trial, f.fold HAVING count(a.id) <> (f.state = 'leased'))sql",
     kCancel},
    {"fold-completed", R"sql(
      SELECT s.name || '/' || f.trial || '.' || f.fold,
             'is completed, but its last attempt is ' || coalesce(a.state, 'missing')
        FROM fold f JOIN study s ON s.id = f.study
        LEFT JOIN attempt a ON a.study = f.study AND a.trial = f.trial AND a.fold = f.fold
             AND a.number = (SELECT max(b.number) FROM attempt b WHERE b.study = f.study
                             AND b.trial = f.trial AND b.fold = f.fold)
       WHERE f.state = 'completed' AND a.state IS NOT 'succeeded')sql",
     kRestore},
    {"fold-epochs", R"sql(
      SELECT s.name || '/' || f.trial || '.' || f.fold,
             'is ' || f.state || ' with ' || count(r.epoch) || ' of ' || t.epochs || ' epochs'
        FROM fold f JOIN study s ON s.id = f.study
        JOIN trial t ON t.study = f.study AND t.number = f.trial
        LEFT JOIN epoch_report r ON r.study = f.study AND r.trial = f.trial AND r.fold = f.fold
             AND r.superseded_by IS NULL
       WHERE json_extract(s.spec, '$.model.type') <> 'external'
       GROUP BY f.study, f.trial, f.fold
      HAVING count(r.epoch) > t.epochs OR (f.state = 'completed' AND count(r.epoch) < t.epochs)
      )sql",
     kRestore},
    {"attempt-numbers", R"sql(
      SELECT s.name || '/' || a.trial || '.' || a.fold,
             'has ' || count(*) || ' attempts, but the last is number ' || max(a.number)
        FROM attempt a JOIN study s ON s.id = a.study
       GROUP BY a.study, a.trial, a.fold HAVING max(a.number) <> count(*))sql",
     kRestore},
    {"report-owner", R"sql(
      SELECT s.name || '/' || a.trial || '.' || a.fold,
             'attempt ' || a.number || ' reported epoch ' || r.epoch
             || iif(r.epoch < a.first_epoch, ', but began at ' || a.first_epoch,
                    ' under fold ' || r.fold || ' of trial ' || r.trial)
        FROM epoch_report r JOIN attempt a ON a.id = r.attempt JOIN study s ON s.id = a.study
       WHERE (r.study, r.trial, r.fold) <> (a.study, a.trial, a.fold)
          OR r.epoch < a.first_epoch)sql",
     kRestore},
    {"report-gap", R"sql(
      SELECT s.name || '/' || r.trial || '.' || r.fold,
             'has ' || count(*) || ' epochs, but the last is ' || max(r.epoch)
        FROM epoch_report r JOIN study s ON s.id = r.study
       WHERE r.superseded_by IS NULL
       GROUP BY r.study, r.trial, r.fold HAVING max(r.epoch) <> count(*))sql",
     kRestore},
    {"report-superseded", R"sql(
      SELECT s.name || '/' || r.trial || '.' || r.fold,
             'epoch ' || r.epoch || ' of attempt ' || a.number || ' gave way to attempt '
             || b.number || ', which is ' || iif(b.first_epoch > r.epoch, 'of later epochs',
                                                  'not a later one of that fold')
        FROM epoch_report r JOIN attempt a ON a.id = r.attempt
        JOIN attempt b ON b.id = r.superseded_by JOIN study s ON s.id = r.study
       WHERE (b.study, b.trial, b.fold) <> (r.study, r.trial, r.fold)
          OR b.number <= a.number OR b.first_epoch > r.epoch)sql",
     kRestore},
    {"checkpoint-owner", R"sql(
      SELECT s.name || '/' || c.trial || '.' || c.fold,
             'the checkpoint of epoch ' || c.epoch
             || iif(t.ended IS NOT NULL, ' outlived its trial',
                iif((c.study, c.trial, c.fold) <> (a.study, a.trial, a.fold),
                    ' is of another fold''s attempt',
                iif(c.earlier_epoch >= c.epoch, ' is kept behind an earlier one',
                    ' is of an epoch that was not reported')))
        FROM checkpoint c JOIN study s ON s.id = c.study
        JOIN attempt a ON a.id = c.attempt
        JOIN trial t ON t.study = c.study AND t.number = c.trial
       WHERE t.ended IS NOT NULL
          OR (c.study, c.trial, c.fold) <> (a.study, a.trial, a.fold)
          OR c.earlier_epoch >= c.epoch
          OR c.epoch > coalesce((SELECT max(r.epoch) FROM epoch_report r WHERE r.study = c.study
               AND r.trial = c.trial AND r.fold = c.fold AND r.superseded_by IS NULL), 0))sql",
     kRestore},
    {"ask-numbers", R"sql(
      SELECT s.name || '/' || k.trial,
             'was handed out ' || count(*) || ' times, but the last is number ' || max(k.number)
        FROM ask k JOIN study s ON s.id = k.study
       GROUP BY k.study, k.trial HAVING max(k.number) <> count(*))sql",
     kRestore},
};

}  // namespace

std::span<const RowRule> row_rules() { return kRules; }

}  // namespace foldmill::storage
