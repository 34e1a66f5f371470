"""Writes median_decisions.json beside itself: what the median rule says on recorded curves.

Written from the rule's definition, with the standard library only. NaN is null and infinities are
strings in the JSON. Run once by hand; the tests read the JSON only.
"""

import json
import math
import pathlib
import random
import statistics


def recorded_curve(rng, epochs, sign):
    level = rng.choice([0.02, 0.05, 0.05, 0.2])
    curve = []
    for epoch in range(1, epochs + 1):
        value = round(level + 0.3 * math.exp(-0.4 * epoch) + rng.gauss(0, 0.02), 2) * sign
        luck = rng.random()
        if luck < 0.04:
            value = math.nan
        elif luck < 0.06:
            value = math.inf * sign
        curve.append(value)
    return curve


def decide(case):
    """None, or (best so far, median, values in the median)."""
    own, epoch = case["curve"], len(case["curve"])
    maximize = case["direction"] == "maximize"
    if case["completed_trials"] < max(1, case["warmup_trials"]) or epoch < case["warmup_epochs"]:
        return None
    window = (epoch - case["warmup_epochs"]) // case["interval"]
    if any((e - case["warmup_epochs"]) // case["interval"] >= window
           for e in range(1, epoch)):
        return None
    at_epoch = [peer[epoch - 1] for peer in case["peers"] if len(peer) >= epoch]
    numbers = [v for v in at_epoch if not math.isnan(v)]
    median = statistics.median(numbers) if numbers else math.nan
    seen = [v for v in own if not math.isnan(v)]
    if not seen:
        return math.nan, median, len(numbers)
    best = max(seen) if maximize else min(seen)
    if len(at_epoch) < case["min_peers"]:
        return None
    worse = best < median if maximize else best > median
    return (best, median, len(numbers)) if worse else None


def plain(value):
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def main():
    rng = random.Random(7)
    cases = []
    for number in range(400):
        maximize = number % 2 == 1
        sign = -1 if maximize else 1
        peers = [recorded_curve(rng, rng.randint(1, 8), sign) for _ in range(rng.randint(0, 9))]
        case = {
            "direction": "maximize" if maximize else "minimize",
            "warmup_trials": rng.choice([0, 0, 1, 5]),
            "warmup_epochs": rng.choice([0, 0, 0, 1, 3]),
            "interval": rng.choice([1, 1, 1, 2, 3]),
            "min_peers": rng.choice([1, 2, 2, 4]),
            "completed_trials": len(peers),
            "peers": peers,
            "curve": recorded_curve(rng, rng.randint(1, 8), sign),
        }
        if number % 40 == 0:
            case["curve"] = [math.nan] * len(case["curve"])
        case["decision"] = decide(case)
        cases.append(case)
    pruned = sum(case["decision"] is not None for case in cases)
    assert 50 < pruned < 350, pruned
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text("[\n" + ",\n".join(json.dumps(plain(case)) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
