"""Reads a foldmill database with Optuna's own library. Exit status 77: Optuna is not there."""

import math
import sqlite3
import subprocess
import sys
import tempfile

try:
    import optuna
except ImportError:
    sys.exit(77)


def speak_to_older_optuna(path):
    """Before 3.2 Optuna insists on the head it knows; that step of the schema only adds an index."""
    if tuple(int(part) for part in optuna.__version__.split(".")[:2]) >= (3, 2):
        return
    connection = sqlite3.connect(path)
    connection.executescript("""DROP VIEW alembic_version;
        CREATE VIEW alembic_version AS SELECT 'v3.0.0.d' AS version_num;""")
    connection.close()


def main(make_database):
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/study.db"
        subprocess.run([make_database, path], check=True)
        speak_to_older_optuna(path)
        url = f"sqlite:///{path}"

        assert [s.study_name for s in optuna.get_all_study_summaries(url)] == ["fashion"]
        study = optuna.load_study(study_name="fashion", storage=url)
        assert study.direction == optuna.study.StudyDirection.MAXIMIZE
        assert study.user_attrs["tags"] == ["a", "b"], study.user_attrs

        states = [trial.state.name for trial in study.trials]
        assert states == ["COMPLETE", "PRUNED", "RUNNING"], states
        best = study.best_trial
        assert best.number == 0 and best.value == 0.9, best
        assert best.params == {"optimizer": "adam", "lr": 0.001, "width": 12}, best.params
        assert best.distributions["lr"] == optuna.distributions.FloatDistribution(1e-4, 8e-3, log=True)
        assert best.intermediate_values == {1: 0.5, 2: 0.7, 3: 0.8, 4: 0.9}, best.intermediate_values
        assert best.user_attrs["folds"] == [{"fold": 0, "state": "completed", "value": 0.9}]
        assert best.duration.total_seconds() == 290
        assert study.trials[1].value == 0.1
        assert math.isnan(study.trials[2].intermediate_values[1])


if __name__ == "__main__":
    main(sys.argv[1])
