"""Writes truncated_normal.json beside itself: logarithms of the normal distribution to 50 digits.

Needs mpmath. Run once by hand; the tests read the JSON only.
"""

import json
import pathlib

import mpmath as mp

mp.mp.dps = 50


def cdf(x):
    return mp.erfc(-mp.mpf(x) / mp.sqrt(2)) / 2


def mass(low, high):
    if low > 0:
        low, high = -high, -low
    # The digits lost by subtracting are far fewer than those carried.
    return cdf(high) - cdf(low)


def quantile(probability, low, high):
    if low > 0:
        return -quantile(1 - mp.mpf(probability), -high, -low)
    target = mp.log(cdf(low) + mp.mpf(probability) * mass(low, high))
    left, right = mp.mpf(low), mp.mpf(high)
    for _ in range(150):
        middle = (left + right) / 2
        if mp.log(cdf(middle)) < target:
            left = middle
        else:
            right = middle
    return left


def main():
    points = [-300, -100, -38.5, -37, -20.5, -20, -19.5, -8, -5, -1, -0.5, 0, 0.5, 1, 5, 8, 9.5]
    intervals = [
        (-1, 1), (0, 1), (-1, 0), (-3, 0.25), (-100, 100), (-9, 9), (5, 6), (-6, -5), (30, 31),
        (-120, -100), (99.5, 100), (-0.001, 0.002), (-50, -49.99), (3, 3.0001), (0.5, 0.500001),
        (-40, -39.9999999), (-2, 50), (-50, 2),
    ]
    probabilities = [0.001, 0.25, 0.5, 0.9, 0.999]
    answer = {
        "log_cdf": [[x, float(mp.log(cdf(x)))] for x in points],
        "log_mass": [[a, b, float(mp.log(mass(a, b)))] for a, b in intervals],
        "quantile": [
            [q, a, b, float(quantile(q, a, b))] for a, b in intervals for q in probabilities
        ],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(answer, indent=0) + "\n")


if __name__ == "__main__":
    main()
