"""Tests of compare-quality: its statistics against counting by hand, and its verdicts."""
import contextlib
import importlib.machinery
import importlib.util
import io
import itertools
import json
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

PROGRAM = pathlib.Path(__file__).with_name("compare-quality")
LOADER = importlib.machinery.SourceFileLoader("compare_quality", str(PROGRAM))
compare_quality = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("compare_quality", LOADER))
LOADER.exec_module(compare_quality)


def row(func, final, **more):
    return {"kind": "quality", "sampler": "tpe", "func": func, "n_trials": 100, "final": final,
            **more}


class CompareQuality(unittest.TestCase):
    def run_on(self, ours, reference, *options):
        """Exit status and output for two lists of rows."""
        with tempfile.TemporaryDirectory() as directory:
            paths = []
            for name, document in (("ours", {"result": {"rows": ours}}),
                                   ("reference", {"rows": reference})):
                paths.append(pathlib.Path(directory, name))
                paths[-1].write_text(json.dumps(document), encoding="utf-8")
            out = io.StringIO()
            with mock.patch.object(sys, "argv", ["compare-quality", *map(str, paths), *options]), \
                    contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                return compare_quality.main(), out.getvalue()

    def test_exact_p_values_agree_with_counting_all_orders(self):
        values = range(9)
        a = [0, 2, 3, 6]
        b = [v for v in values if v not in a]
        observed = sum(x > y for x in a for y in b)
        orders = list(itertools.combinations(values, len(a)))
        extreme = sum(sum(x > y for x in c for y in values if y not in c) <= observed
                      for c in orders)
        self.assertAlmostEqual(compare_quality.probability_smaller(a, b), extreme / len(orders))

    def test_counts_of_the_statistic_add_up(self):
        self.assertEqual(compare_quality.statistic_counts(2, 2), [1, 1, 2, 1, 1])
        self.assertEqual(sum(compare_quality.statistic_counts(30, 10)), 847660528)

    def test_ties_are_corrected_for(self):
        # U = 1 of 16, ties of 2 and 3: z = (1 + 1/2 - 8) / sqrt(16/12 (9 - (6 + 24) / 56)) = -1.9349.
        self.assertAlmostEqual(
            compare_quality.probability_smaller([1, 1, 2, 3], [3, 3, 4, 4.5]), 0.026504, places=6)
        self.assertEqual(compare_quality.probability_smaller([1, 1], [1, 1]), 1)

    def test_holm_steps_down_and_never_decreases(self):
        for actual, expected in zip(compare_quality.holm([0.01, 0.04, 0.03, 0.9]),
                                    [0.04, 0.09, 0.09, 0.9]):
            self.assertAlmostEqual(actual, expected)

    def test_worse_anywhere_is_exit_status_one(self):
        low, high = list(range(20)), list(range(100, 120))
        status, text = self.run_on([row("f", low), row("g", high)], [row("f", high), row("g", low)])
        self.assertEqual(status, 1)
        self.assertRegex(text, r"\| f \|.*\| better \|")
        self.assertRegex(text, r"\| g \|.*\| worse \|")

    def test_level_and_better_are_fine(self):
        low = list(range(20))
        status, text = self.run_on([row("f", low)], [row("f", [v + 0.5 for v in low])])
        self.assertEqual(status, 0)
        self.assertRegex(text, r"\| f \|.*\| level \|")

    def test_a_study_without_a_value_counts_as_infinitely_bad(self):
        status, _ = self.run_on([row("f", [None] * 20)], [row("f", list(range(20)))])
        self.assertEqual(status, 1)

    def test_other_conditions_are_not_compared(self):
        ours = row("f", [1, 2], kind="parallel", workers=8)
        for other in (row("f", [1, 2]), row("f", [1, 2], kind="parallel", workers=4),
                      row("f", [1, 2], kind="parallel", workers=8, sampler="gp"), {"func": "f"}):
            self.assertEqual(self.run_on([ours], [other])[0], 2)
        gp = row("f", [1, 2], kind="parallel", workers=8, sampler="gp")
        self.assertEqual(self.run_on([ours], [gp], "--reference-sampler", "gp")[0], 0)

    def test_several_labels_need_a_choice(self):
        reference = [row("f", [1, 2], label="old"), row("f", [1, 2], label="new")]
        with self.assertRaisesRegex(SystemExit, "old, new"):
            self.run_on([row("f", [1, 2])], reference)
        self.assertEqual(self.run_on([row("f", [1, 2])], reference, "--label", "new")[0], 0)


if __name__ == "__main__":
    unittest.main()
