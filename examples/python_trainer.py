#!/usr/bin/env python3
"""A trainer in a few lines: fits y = w * x by gradient descent, without any library.

Use it in a study file:

    model: {type: command, run: [python3, examples/python_trainer.py]}
    params:
      lr: {float: [1.0e-3, 1.0], log: true}
      epochs: 20
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "worker",
                                "python"))
import foldmill_trainer  # noqa: E402

POINTS = [(x / 10, 3 * x / 10) for x in range(-10, 11)]


def train(trial):
    weight = 0.0
    if trial.resume_path:
        with open(trial.resume_path) as file:
            weight = json.load(file)
    train_part = [point for i, point in enumerate(POINTS) if i % 3 != trial.fold % 3]
    held_out = [point for i, point in enumerate(POINTS) if i % 3 == trial.fold % 3]
    for _ in trial.epochs():
        slope = sum(2 * (weight * x - y) * x for x, y in train_part) / len(train_part)
        weight -= trial.params.get("lr", 0.1) * slope
        loss = sum((weight * x - y) ** 2 for x, y in held_out) / len(held_out)
        trial.report(val_loss=loss)
        if trial.wants_checkpoint():
            trial.save_checkpoint(lambda path: write(path, weight))
    result = os.path.join(trial.directory, "weight.json")
    write(result, weight)
    trial.save_artifact(result)


def write(path, weight):
    with open(path, "w") as file:
        json.dump(weight, file)


if __name__ == "__main__":
    foldmill_trainer.run(train, name="python-example")
