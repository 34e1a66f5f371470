"""Writes paired_tests.json beside itself: tests of differences between two trials' folds.

Needs scipy. The t-test is scipy's distribution with the corrected standard error of Nadeau and
Bengio (2003); the signed-rank test is scipy's exact one, and where values tie or are zero, which
that one does not take, the probability counted out over all signs. Run once by hand; the tests read
the JSON only.
"""

import itertools
import json
import math
import pathlib
import random
import statistics

from scipy import stats

CONFIDENCE = 0.95


def t_test(differences, test_to_train):
    n = len(differences)
    mean = statistics.fmean(differences)
    error = statistics.stdev(differences) * math.sqrt(1 / n + test_to_train)
    low, high = stats.t.interval(CONFIDENCE, n - 1, loc=mean, scale=error)
    return {
        "statistic": mean / error,
        "p_value": 2 * stats.t.sf(abs(mean / error), n - 1),
        "low": low,
        "high": high,
    }


def count_signs(kept):
    ranks = stats.rankdata([abs(d) for d in kept])
    total = sum(ranks)

    def rarer(signs):
        positive = sum(rank for rank, sign in zip(ranks, signs) if sign)
        return min(positive, total - positive)

    own = rarer([d > 0 for d in kept])
    as_rare = sum(rarer(signs) <= own
                  for signs in itertools.product([False, True], repeat=len(kept)))
    return own, as_rare / 2 ** len(kept)


def signed_rank(differences):
    kept = [d for d in differences if d != 0]
    if not kept:
        return None
    rarer, p_value = count_signs(kept)
    if len({abs(d) for d in kept}) == len(kept):
        theirs = stats.wilcoxon(kept, mode="exact")
        assert theirs.statistic == rarer and math.isclose(theirs.pvalue, p_value)
        p_value = theirs.pvalue
    return {"rarer": rarer, "p_value": p_value}


def drawn(rng, number):
    n = rng.choice([2, 3, 5, 5, 5, 10, 10, 12])
    # Every third case in whole numbers, so that there are ties and zeros.
    if number % 3 == 0:
        values = [float(rng.randint(-3, 5)) for _ in range(n)]
        return values if len(set(values)) > 1 else values[:-1] + [9.0]
    return [rng.gauss(rng.choice([0, 0.5, 3]), 1) for _ in range(n)]


def main():
    rng = random.Random(11)
    # Darwin's maize, crossed less self-fertilised, in eighths of an inch: Fisher, "The Design of
    # Experiments", 1935, section 17, has t = 2.148 for it.
    maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    inputs = [([float(d) for d in maize], 0.0)]
    for number in range(120):
        inputs.append((drawn(rng, number), rng.choice([1 / 4, 1 / 9, 1.0, 0.0])))
    cases = [{
        "differences": differences,
        "test_to_train": ratio,
        "t_test": t_test(differences, ratio),
        "signed_rank": signed_rank(differences),
    } for differences, ratio in inputs]
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
