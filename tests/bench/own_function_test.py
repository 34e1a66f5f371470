#!/usr/bin/python3
"""foldmill-bench sampler on functions that are programs: own_function_test.py BENCH [unittest's]."""
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).with_name("own_functions") / "functions.py"
BENCH = sys.argv.pop(1)


def bench(*arguments):
    return subprocess.run([BENCH, "sampler", "--trials", "15", "--seeds", "2", "-o", "json",
                           *arguments], capture_output=True, text=True, timeout=120)


class OwnFunction(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def space(self, text, name="space.yaml"):
        path = pathlib.Path(self.folder.name) / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def named(self, name):
        return self.space(subprocess.run([sys.executable, "-B", PROGRAM, name, "--space"], check=True,
                                         capture_output=True, text=True).stdout)

    def program(self, text):
        path = pathlib.Path(self.folder.name) / "function.py"
        path.write_text(text, encoding="utf-8")
        return f"'{sys.executable}' -B '{path}'"

    def test_finds_the_least_value_of_each_study(self):
        function = self.program("import json, sys\n"
                                "for line in sys.stdin:\n"
                                "    x = json.loads(line)['x']\n"
                                "    print(x, file=open(sys.argv[1], 'a'))\n"
                                "    print((x - 3) ** 2, flush=True)\n")
        log = pathlib.Path(self.folder.name) / "asked"
        done = bench("--space", self.space("params: {x: {float: [-5, 5]}}\n"),
                     "--function-command", f"{function} '{log}'")
        self.assertEqual(done.returncode, 0, done.stderr)
        row, = json.loads(done.stdout)["result"]["rows"]
        asked = [float(line) for line in log.read_text(encoding="utf-8").split()]
        self.assertEqual(len(asked), 30)
        self.assertTrue(all(-5 <= x <= 5 for x in asked))
        for values, least in zip((asked[:15], asked[15:]), row["final"]):
            self.assertAlmostEqual(min((x - 3) ** 2 for x in values), least, places=12)

    def test_parameters_that_depend_on_others_are_left_out(self):
        # The program would fail on a parameter that it does not find, or on one too many.
        done = bench("--space", self.named("training"),
                     "--function-command", f"'{sys.executable}' -B '{PROGRAM}' training")
        self.assertEqual(done.returncode, 0, done.stderr)
        for least in json.loads(done.stdout)["result"]["rows"][0]["final"]:
            self.assertGreater(least, 0.3)
            self.assertLess(least, 10)

    def test_says_what_is_wrong(self):
        space = self.space("params: {x: {float: [0, 1]}}\n")
        for arguments, message in (
                (["--space", space], "belong together"),
                (["--space", space + "x", "--function-command", "cat"], "cannot read"),
                (["--space", space, "--function-command", "sed -u s/.*/no/"], "'no' is not a number"),
                (["--space", space, "--function-command", "true"], "ended"),
                (["--space", self.space("params: {x: 1}\n", "fixed.yaml"), "--function-command",
                  "cat"], "no range under params:")):
            done = bench(*arguments)
            self.assertNotEqual(done.returncode, 0, arguments)
            self.assertIn(message, done.stderr + done.stdout)


class Functions(unittest.TestCase):
    def test_have_their_minima(self):
        spec = importlib.util.spec_from_file_location("functions", PROGRAM)
        functions = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(functions)
        self.assertAlmostEqual(functions.levy([1] * 5), 0)
        self.assertAlmostEqual(functions.zakharov([0] * 4), 0)
        self.assertAlmostEqual(functions.michalewicz([2.20290552, 1.57079633]), -1.80130341)
        self.assertAlmostEqual(
            functions.training({"optimizer": "sgd", "lr": 10 ** -0.65, "momentum": 0.85,
                                "width": 96, "depth": 4}), 0.30)


if __name__ == "__main__":
    unittest.main()
