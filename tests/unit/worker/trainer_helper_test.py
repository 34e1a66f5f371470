"""What foldmill_trainer.py makes of a script's files."""

import json
import os
import socket
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..",
                                "worker", "python"))
import foldmill_trainer  # noqa: E402


class ArtifactsTest(unittest.TestCase):
    def setUp(self):
        worker, trainer = socket.socketpair()
        self.addCleanup(worker.close)
        self.said = worker.makefile()
        self.addCleanup(self.said.close)
        lines = foldmill_trainer._Lines(trainer.detach())
        self.addCleanup(lines._socket.close)
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.file = os.path.join(place.name, "weights.bin")
        hello = {"device": "cpu", "threads": 1, "data_dirs": [], "work_dir": place.name}
        self.trial = foldmill_trainer.Trial(lines, hello, {
            "attempt": 1, "study": "s", "trial": 0, "fold": 0, "folds": {}, "data": {},
            "params": {}, "attempt_seed": 1, "epochs": 1, "first_epoch": 1})

    def write(self, text):
        with open(self.file, "w") as file:
            file.write(text)

    def test_what_was_sent_is_not_written_again(self):
        self.write("encoder")
        self.trial.save_artifact(self.file)
        self.write("decoder")
        self.trial.save_artifact(self.file)
        kept = []
        for _ in range(2):
            message = json.loads(self.said.readline())
            self.assertEqual(message["name"], "weights.bin")
            with open(message["path"]) as file:
                kept.append(file.read())
        self.assertEqual(kept, ["encoder", "decoder"])

    def test_a_name_that_would_cost_the_attempt_is_refused_with_advice(self):
        self.write("weights")
        for name in ("", "encoder/weights.bin", "..", "two\nlines", "\x7f", "\u00e4" * 65):
            with self.assertRaisesRegex(ValueError, "such as name='encoder-weights.bin'"):
                self.trial.save_artifact(self.file, name)
        self.trial.save_artifact(self.file, "\u00e4" * 64)
        self.assertEqual(len(json.loads(self.said.readline())["name"]), 64)

    def test_a_metric_without_a_name_is_refused_with_advice(self):
        with self.assertRaisesRegex(ValueError, "a name for each number"):
            self.trial.report(**{"": 1.0})


if __name__ == "__main__":
    unittest.main()
