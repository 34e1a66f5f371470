#!/usr/bin/python3
"""Functions for `foldmill-bench sampler --space FILE --function-command 'functions.py NAME'` that are
none of tests/bench/functions: `functions.py NAME --space` writes the ranges as a study file's `params:`,
`functions.py NAME` reads a JSON object of parameters per line and answers each with a number."""
import json
import math
import sys


def levy(x):
    """Many local minima around a bowl; 0 at (1, ..., 1) (Levy, Montalvo 1985)."""
    w = [1 + (v - 1) / 4 for v in x]
    middle = sum((v - 1) ** 2 * (1 + 10 * math.sin(math.pi * v + 1) ** 2) for v in w[:-1])
    return (math.sin(math.pi * w[0]) ** 2 + middle
            + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2))


def zakharov(x):
    """A long flat valley; 0 at the origin."""
    slope = sum(0.5 * (i + 1) * v for i, v in enumerate(x))
    return sum(v * v for v in x) + slope ** 2 + slope ** 4


def michalewicz(x):
    """Steep ravines between plateaus."""
    return -sum(math.sin(v) * math.sin((i + 1) * v * v / math.pi) ** 20 for i, v in enumerate(x))


def training(p):
    """A network's loss by its optimiser, whose options depend on which it is, and its size."""
    rate = math.log10(p["lr"])
    if p["optimizer"] == "sgd":
        loss = 0.30 + 0.1 * (rate + 1.5 - p["momentum"]) ** 2 + 0.2 * (p["momentum"] - 0.85) ** 2
    else:
        loss = 0.32 + 0.1 * (rate + 3) ** 2 + 0.02 * (math.log10(p["decay"]) + 4) ** 2
    return loss + 0.05 * (math.log2(p["width"] / 96)) ** 2 + 0.03 * (p["depth"] - 4) ** 2


def box(count, low, high):
    return {f"x{i}": {"float": [low, high]} for i in range(count)}


def on_vector(function):
    return lambda p: function([p[name] for name in sorted(p)])


# Name: what is minimised, and the ranges as a study file has them.
FUNCTIONS = {
    "levy5": (on_vector(levy), box(5, -10, 10)),
    "zakharov4": (on_vector(zakharov), box(4, -5, 10)),
    "michalewicz4": (on_vector(michalewicz), box(4, 0, round(math.pi, 6))),
    "training": (training, {
        "optimizer": {"choice": ["sgd", "adam"]},
        "lr": {"float": [1e-5, 1], "log": True},
        "momentum": {"float": [0, 0.99], "when": {"optimizer": "sgd"}},
        "decay": {"float": [1e-6, 1e-1], "log": True, "when": {"optimizer": "adam"}},
        "width": {"int": [16, 256], "log": True},
        "depth": {"int": [1, 8]},
    }),
}


def main():
    function, space = FUNCTIONS[sys.argv[1]]
    if sys.argv[2:] == ["--space"]:
        print(json.dumps({"params": space}, indent=2))
        return
    for line in sys.stdin:
        print(repr(float(function(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
