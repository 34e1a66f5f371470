"""Writes parzen_densities.json beside itself: log densities of Parzen mixtures, by the definition.

Written from the definition of the estimator alone, one plain loop per formula, in 40 digits. Needs
mpmath. Run once by hand; the tests read the JSON only.
"""

import json
import pathlib
import random

import mpmath as mp

mp.mp.dps = 40


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def mass(mu, sigma, low, high):
    low, high = (low - mu) / sigma, (high - mu) / sigma
    return cdf(-low) - cdf(-high) if low > 0 else cdf(high) - cdf(low)


def scale(parameter, value):
    return mp.log(value) if parameter.get("log") else mp.mpf(value)


def span(parameter):
    half = mp.mpf(parameter.get("step", 0)) / 2
    return scale(parameter, parameter["low"] - half), scale(parameter, parameter["high"] + half)


def weights(count):
    out = []
    for age in range(count):
        rising = count - 25
        if age >= rising:
            out.append(mp.mpf(1))
        elif rising == 1:
            out.append(mp.mpf(1) / count)
        else:
            first = mp.mpf(1) / count
            out.append(first + (1 - first) * age / (rising - 1))
    return out


def widths(parameter, values):
    low, high = span(parameter)
    ordered = sorted(range(len(values)), key=lambda i: values[i])
    result = [None] * len(values)
    for place, index in enumerate(ordered):
        gaps = []
        if place > 0:
            gaps.append(values[index] - values[ordered[place - 1]])
        if place + 1 < len(values):
            gaps.append(values[ordered[place + 1]] - values[index])
        if not gaps:
            gaps = [values[index] - low, high - values[index]]
        narrowest = (high - low) / min(100, len(values) + 2)
        result[index] = min(max(max(gaps), narrowest), high - low)
    return result


def kernel_densities(parameter, observed, x, prior_weight):
    """The density of x under each kernel, the prior's last."""
    if "choices" in parameter:
        base = mp.mpf(prior_weight) / (len(observed) + 1)
        total = 1 + parameter["choices"] * base
        return [((value == x) + base) / total for value in observed] + [
            mp.mpf(1) / parameter["choices"]
        ]
    low, high = span(parameter)
    mus = [scale(parameter, value) for value in observed]
    sigmas = widths(parameter, mus)
    mus.append((low + high) / 2)
    sigmas.append(high - low)
    out = []
    for mu, sigma in zip(mus, sigmas):
        whole = mass(mu, sigma, low, high)
        if parameter.get("step"):
            half = mp.mpf(parameter["step"]) / 2
            part = mass(mu, sigma, scale(parameter, x - half), scale(parameter, x + half))
            out.append(part / whole)
        else:
            z = (scale(parameter, x) - mu) / sigma
            out.append(mp.exp(-z * z / 2) / (sigma * mp.sqrt(2 * mp.pi)) / whole)
    return out


def log_density(parameters, rows, point, prior_weight):
    component = weights(len(rows)) + [mp.mpf(prior_weight)]
    total = mp.fsum(component)
    component = [w / total for w in component]
    for d, parameter in enumerate(parameters):
        column = [row[d] for row in rows]
        kernels = kernel_densities(parameter, column, point[d], prior_weight)
        component = [w * k for w, k in zip(component, kernels)]
    return float(mp.log(mp.fsum(component)))


def draw(parameter, rng):
    if "choices" in parameter:
        return rng.randrange(parameter["choices"])
    if parameter.get("step"):
        steps = round((parameter["high"] - parameter["low"]) / parameter["step"])
        return parameter["low"] + rng.randint(0, steps) * parameter["step"]
    if parameter.get("log"):
        return float(mp.exp(rng.uniform(*(float(end) for end in span(parameter)))))
    return rng.uniform(parameter["low"], parameter["high"])


def main():
    rng = random.Random(20)
    real = {"type": "float", "low": -2.5, "high": 4.0}
    log = {"type": "float", "low": 1e-5, "high": 0.1, "log": True}
    grid = {"type": "float", "low": 0.0, "high": 1.0, "step": 0.25}
    integer = {"type": "int", "low": 8, "high": 64, "step": 4}
    log_integer = {"type": "int", "low": 1, "high": 300, "step": 1, "log": True}
    choice = {"type": "choice", "choices": 3}
    spaces = [[real], [log], [grid], [integer], [log_integer], [choice],
              [real, log, grid, integer, log_integer, choice]]
    cases = []
    for parameters in spaces:
        for count, prior_weight in [(0, 1.0), (1, 1.0), (2, 0.5), (7, 1.0), (26, 1.0), (40, 2.0)]:
            rows = [[draw(p, rng) for p in parameters] for _ in range(count)]
            if count == 7:
                rows[3] = rows[2]
            points = [[draw(p, rng) for p in parameters] for _ in range(4)]
            cases.append({
                "parameters": parameters,
                "prior_weight": prior_weight,
                "observed": rows,
                "points": points,
                "log_density": [log_density(parameters, rows, x, prior_weight) for x in points],
            })
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
