"""Writes fanova_importances.json beside itself: importances by Optuna's fANOVA evaluator.

Needs Debian's python3-optuna (3.1) and python3-sklearn. Run once by hand; the tests read the JSON
only. Every case is asked with ten seeds, since a forest is random: the mean is what is compared,
and the spread says how far two forests differ by chance.

This evaluator takes volumes in the parameter itself where a range is logarithmic, not in its
logarithm as the samplers do, so that case shows how far it is from the known shares.
"""

import json
import math
import pathlib
import random
import statistics

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator

SEEDS = range(10)


def unit(names):
    return {name: FloatDistribution(0, 1) for name in names}


def additive(x):
    return 4 * x["a"] + 2 * x["b"] + x["c"]


def logarithmic(x):
    return (
        (math.log10(x["lr"]) + 3) ** 2
        + 0.3 * x["layers"]
        + {"relu": 0, "tanh": 1, "elu": 2.5}[x["activation"]]
        + 0.5 * math.log2(x["width"])
        + x["dropout"]
    )


def linear(x):
    return (
        x["shift"] ** 2
        + 0.3 * x["layers"]
        + {"relu": 0, "tanh": 1, "elu": 2.5}[x["activation"]]
        + x["dropout"]
    )


def branin(x):
    valley = x["y"] - 5.1 / (4 * math.pi**2) * x["x"] ** 2 + 5 / math.pi * x["x"] - 6
    return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x["x"]) + 10


def product(x):
    return (x["a"] - 0.5) * (x["b"] - 0.5) + 0.2 * x["c"]


CASES = {
    "additive": (additive, unit("abcd"), 300),
    "logarithmic": (
        logarithmic,
        {
            "lr": FloatDistribution(1e-5, 1e-1, log=True),
            "layers": IntDistribution(1, 10),
            "activation": CategoricalDistribution(["relu", "tanh", "elu"]),
            "width": IntDistribution(8, 512, log=True),
            "dropout": FloatDistribution(0, 0.5, step=0.1),
        },
        400,
    ),
    "branin": (branin, {"x": FloatDistribution(-5, 10), "y": FloatDistribution(0, 15)}, 300),
    "product": (product, unit("abc"), 500),
    "linear": (
        linear,
        {
            "shift": FloatDistribution(-2, 2),
            "layers": IntDistribution(1, 10),
            "activation": CategoricalDistribution(["relu", "tanh", "elu"]),
            "dropout": FloatDistribution(0, 0.5, step=0.1),
        },
        300,
    ),
}


def draw(distribution, rng):
    if isinstance(distribution, CategoricalDistribution):
        return rng.choice(distribution.choices)
    if isinstance(distribution, IntDistribution):
        if distribution.log:
            ends = math.log(distribution.low - 0.5), math.log(distribution.high + 0.5)
            return round(math.exp(rng.uniform(*ends)))
        return rng.randint(distribution.low, distribution.high)
    if distribution.log:
        return math.exp(rng.uniform(math.log(distribution.low), math.log(distribution.high)))
    if distribution.step:
        steps = round((distribution.high - distribution.low) / distribution.step)
        return distribution.low + rng.randint(0, steps) * distribution.step
    return rng.uniform(distribution.low, distribution.high)


def shape(name, distribution):
    if isinstance(distribution, CategoricalDistribution):
        return {"name": name, "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, IntDistribution) else "float"
    return {
        "name": name,
        "type": kind,
        "low": distribution.low,
        "high": distribution.high,
        "log": distribution.log,
        "step": distribution.step,
    }


def importances(study, names):
    answers = [
        optuna.importance.get_param_importances(
            study, evaluator=FanovaImportanceEvaluator(seed=seed)
        )
        for seed in SEEDS
    ]
    columns = {name: [answer[name] for answer in answers] for name in names}
    return (
        {name: statistics.fmean(column) for name, column in columns.items()},
        {name: max(column) - min(column) for name, column in columns.items()},
    )


def main():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    rng = random.Random(14)
    cases = []
    for title, (function, space, count) in CASES.items():
        study = optuna.create_study()
        rows = []
        for _ in range(count):
            point = {name: draw(distribution, rng) for name, distribution in space.items()}
            value = function(point)
            rows.append([*point.values(), value])
            study.add_trial(
                optuna.trial.create_trial(params=point, distributions=space, value=value)
            )
        mean, spread = importances(study, space)
        cases.append(
            {
                "case": title,
                "parameters": [shape(name, distribution) for name, distribution in space.items()],
                "rows": rows,
                "importance": mean,
                "spread": spread,
            }
        )
        print(title, mean, spread)
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
