"""Writes pruner_decisions.json beside itself: what Optuna's pruners say on recorded curves.

Optuna 3.1, run once by hand; the tests read the JSON only. Trials run at once and report in turns,
so that pruned and running ones are in each other's history. Each event is [trial, epoch, value,
pruned]; a trial that is pruned reports no more, one that reaches its last epoch completes.
NaN is null in the JSON.
"""

import json
import math
import pathlib
import random

import optuna
from optuna.pruners import (MedianPruner, PatientPruner, PercentilePruner,
                            SuccessiveHalvingPruner, ThresholdPruner)

EPOCHS = 9


def recorded_curve(rng, sign):
    level = rng.choice([0.02, 0.05, 0.05, 0.2])
    curve = []
    for epoch in range(1, EPOCHS + 1):
        value = round(level + 0.3 * math.exp(-0.4 * epoch) + rng.gauss(0, 0.03), 2) * sign
        curve.append(math.nan if rng.random() < 0.03 else value)
    return curve


def run(pruner, sign, rng):
    study = optuna.create_study(direction="minimize" if sign > 0 else "maximize", pruner=pruner)
    events, running, started = [], [], 0
    while started < 14 or running:
        while started < 14 and len(running) < 3:
            running.append((study.ask(), recorded_curve(rng, sign)))
            started += 1
        trial, curve = running[rng.randrange(len(running))]
        epoch = sum(event[0] == trial.number for event in events) + 1
        trial.report(curve[epoch - 1], epoch)
        pruned = trial.should_prune()
        events.append([trial.number, epoch, curve[epoch - 1], bool(pruned)])
        if pruned or epoch == EPOCHS:
            # The last value may be NaN, which only a pruned trial may end with.
            if pruned:
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            else:
                study.tell(trial, 0.0)
            running = [other for other in running if other[0].number != trial.number]
    return events


def options(rng, sign):
    percentile = {"percentile": rng.choice([10, 25, 40, 75]),
                  "warmup_trials": rng.choice([0, 1, 3]),
                  "warmup_epochs": rng.choice([0, 2]), "interval": rng.choice([1, 2, 3]),
                  "min_peers": rng.choice([1, 2, 4])}
    yield dict(percentile, type="percentile"), PercentilePruner(
        percentile["percentile"], percentile["warmup_trials"], percentile["warmup_epochs"],
        percentile["interval"], n_min_trials=percentile["min_peers"])
    asha = {"min_epochs": rng.choice([1, 2]), "reduction_factor": rng.choice([2, 3, 4])}
    yield dict(asha, type="asha", min_peers=1), SuccessiveHalvingPruner(
        asha["min_epochs"], asha["reduction_factor"], 0)
    patient = {"patience": rng.choice([0, 1, 3]), "min_delta": rng.choice([0, 0.02])}
    yield dict(patient, type="patient"), PatientPruner(None, **patient)
    yield dict(patient, type="patient", around="median", warmup_trials=1,
               min_peers=1), PatientPruner(MedianPruner(1), **patient)
    bounds = sorted([sign * 0.04, sign * rng.choice([0.15, 0.25])])
    threshold = {"lower": bounds[0], "upper": bounds[1]}
    window = {"warmup_epochs": rng.choice([0, 3]), "interval": rng.choice([1, 2])}
    yield dict(threshold, type="threshold", **window), ThresholdPruner(
        **threshold, n_warmup_steps=window["warmup_epochs"], interval_steps=window["interval"])


def plain(value):
    if isinstance(value, float) and math.isnan(value):
        return None
    return [plain(item) for item in value] if isinstance(value, list) else value


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rng = random.Random(11)
    cases = []
    for number in range(16):
        sign = -1 if number % 2 else 1
        for spec, pruner in options(rng, sign):
            events = run(pruner, sign, rng)
            cases.append({"direction": "minimize" if sign > 0 else "maximize",
                          "epochs": EPOCHS, "pruning": spec, "events": plain(events)})
    for kind in ("percentile", "asha", "patient", "threshold"):
        verdicts = [event[3] for case in cases if case["pruning"]["type"] == kind
                    for event in case["events"]]
        assert 20 < sum(verdicts) < len(verdicts) / 2, (kind, sum(verdicts), len(verdicts))
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
