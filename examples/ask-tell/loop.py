#!/usr/bin/env python3
"""Trains the trials of a study in a Python loop, with nothing but the standard library.

    foldmill study create examples/ask-tell/study.yaml
    examples/ask-tell/loop.py
    foldmill best ask-tell
"""

import json
import subprocess
import sys

NO_TRIAL_LEFT = 9
STOP = 11


def foldmill(*words):
    """The answer and the exit code of one command; other codes than these three are errors."""
    done = subprocess.run(["foldmill", *map(str, words), "-o", "json"], stdout=subprocess.PIPE)
    if done.returncode not in (0, NO_TRIAL_LEFT, STOP):
        sys.exit(done.returncode)
    return json.loads(done.stdout or "null"), done.returncode


def loss(params, fold, epoch):
    """Stands for your training: the loss of a fold after an epoch."""
    return (params["x"] - 1) ** 2 + (params["y"] + 0.5) ** 2 + 0.01 * fold + 1 / epoch


def train(trial):
    for fold in trial["folds"]:
        for epoch in range(1, trial["epochs"] + 1):
            standing, _ = foldmill("trial", "report", f"{trial['name']}.{fold}", "--lease",
                                   trial["lease"], "--epoch", epoch,
                                   loss(trial["params"], fold, epoch))
            if not standing["go_on"]:
                return  # the trial is no good: on to the next one
    foldmill("tell", trial["name"], "--lease", trial["lease"])


def main():
    study = sys.argv[1] if len(sys.argv) > 1 else "ask-tell"
    while True:
        trial, code = foldmill("ask", study, "--wait", "60s")
        if code == NO_TRIAL_LEFT:
            return
        train(trial)


if __name__ == "__main__":
    main()
