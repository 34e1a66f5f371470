"""Makes a Python script a foldmill trainer. One file, standard library only: copy it beside yours.

    import foldmill_trainer

    def train(trial):
        model = make_model(trial.params["width"])
        for epoch in trial.epochs():
            loss = one_epoch(model, trial.params["lr"])
            trial.report(val_loss=loss)

    foldmill_trainer.run(train)

`trial.epochs()` ends early when the coordinator says stop. To be resumed after an interruption,
load `trial.resume_path` when it is not None, and inside the loop, after `report`:

            if trial.wants_checkpoint():
                trial.save_checkpoint(lambda path: torch.save(model.state_dict(), path))

Whatever the script prints is only a log. The protocol is described in worker/protocol.md.
"""

import errno
import json
import math
import os
import select
import shutil
import socket
import sys
import time
import traceback

PROTOCOL = 1
_DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
_PROBE_BYTES = 1 << 20


class _Gone(Exception):
    """The worker closed the socket: nobody is interested any more."""


class Diverged(Exception):
    """Raise it when the loss makes no sense any more: an answer about the parameters."""


class DataMissing(Exception):
    """Raise it when this machine lacks the data."""


class _Stopped(Exception):
    pass


class _NotKept(Exception):
    """A file worth keeping could not be written: the machine's fault, not the script's."""


def _remove(path):
    try:
        os.remove(path)
    except OSError:
        pass  # one file too many harms nobody; its directory goes with the attempt


class _Lines:
    def __init__(self, descriptor):
        self._socket = socket.socket(fileno=descriptor)
        self._buffer = b""

    def send(self, message):
        try:
            self._socket.sendall(json.dumps(message, allow_nan=False).encode() + b"\n")
        except OSError as error:
            raise _Gone() from error

    def receive(self, block=True):
        """The next message, or None when there is none yet and `block` is false."""
        while b"\n" not in self._buffer:
            if not block and not select.select([self._socket], [], [], 0)[0]:
                return None
            data = self._socket.recv(65536)
            if not data:
                raise _Gone()
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)


def _number(value):
    """JSON has no NaN."""
    value = float(value)
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def _check_artifact_name(name):
    """As the worker does, which would end the attempt with less to go by."""
    if not 0 < len(name.encode()) <= 128 or "/" in name or name in (".", "..") or any(
            character < " " or character == "\x7f" for character in name):
        raise ValueError("an artifact cannot be called %r: give save_artifact a name of 1 to 128 "
                         "bytes without '/' and control characters, such as "
                         "name='encoder-weights.bin'" % name)


class Trial:
    """One attempt at one fold. `params` are all parameters, constants included."""

    def __init__(self, lines, hello, assignment):
        self._lines = lines
        self._assignment = assignment
        self._cause = None
        self._began = 0.0
        self._checkpoints = []
        self._artifacts = 0  # how many were sent
        self._failing = False  # the last checkpoint could not be written
        self._reported = None
        self._declined = False  # wants_checkpoint() was asked about this epoch, and said no
        self.attempt = assignment["attempt"]
        self.params = assignment["params"]
        self.study = assignment["study"]
        self.trial = assignment["trial"]
        self.fold = assignment["fold"]
        self.folds = assignment["folds"]
        self.data = assignment["data"]
        self.seed = assignment["attempt_seed"]
        self.device = hello["device"]
        self.threads = hello["threads"] * assignment.get("slots", 1)
        self.data_dirs = hello["data_dirs"]
        self.cache_dir = hello.get("cache_dir")  # kept, and shared with this worker's other trainers
        self.directory = os.path.join(hello["work_dir"], "attempt-%d" % self.attempt)
        resume = assignment.get("resume_from")
        self.resume_path = resume["path"] if resume else None
        self.epoch = assignment["first_epoch"] - 1
        os.makedirs(self.directory, exist_ok=True)

    def epochs(self):
        """The epochs to train, from 1 (or from where the checkpoint ended)."""
        for epoch in range(self._assignment["first_epoch"], self._assignment["epochs"] + 1):
            # A pre-empted attempt that was just told to keep no checkpoint trains one more epoch,
            # so as not to give back an epoch that nobody can go on from.
            if self.stopping() and not (self._cause == "preempted" and self._declined):
                raise _Stopped()
            self.epoch = epoch
            self._began = time.monotonic()
            yield epoch
            if self._reported != epoch:
                raise RuntimeError("epoch %d ended without trial.report(...)" % epoch)

    def report(self, **metrics):
        """What this epoch gave. The objective's metric must be among the names."""
        if "" in metrics:
            raise ValueError("a metric has no name: give report(...) a name for each number")
        self._lines.send({"type": "epoch", "attempt": self.attempt, "epoch": self.epoch,
                          "seconds": time.monotonic() - self._began,
                          "metrics": {name: _number(value) for name, value in metrics.items()}})
        self._reported = self.epoch

    def stopping(self):
        """Whether to stop now; long epochs should ask between batches and return."""
        while self._cause is None:
            message = self._lines.receive(block=False)
            if message is None:
                return False
            if message["type"] == "shutdown":
                raise _Gone()
            if message["type"] == "stop" and message["attempt"] == self.attempt:
                self._cause = message["cause"]
        return True

    def wants_checkpoint(self):
        """After report: whether one is due, by the study's rhythm or because of a stop."""
        due = self.epoch % self._assignment["checkpoint_every_epochs"] == 0
        wanted = due or (self.stopping() and self._cause == "preempted")
        self._declined = not wanted
        return wanted

    def save_checkpoint(self, write):
        """`write(path)` writes the state after the epoch just reported. Where that is impossible
        for want of room training goes on without it, and the worker's log says so."""
        path = os.path.join(self.directory, "epoch-%d.ckpt" % self.epoch)
        try:
            write(path + ".tmp")
            os.replace(path + ".tmp", path)
        except Exception as error:
            # Libraries have errors of their own for a full disk.
            if not isinstance(error, OSError) and self._can_write():
                raise
            _remove(path + ".tmp")
            self._warn_once(error)
            return
        self._failing = False
        self._lines.send({"type": "checkpoint", "attempt": self.attempt, "epoch": self.epoch,
                          "path": path})
        self._checkpoints.append(path)
        if len(self._checkpoints) > 2:
            _remove(self._checkpoints.pop(0))

    def _can_write(self):
        probe = os.path.join(self.directory, "probe")
        try:
            with open(probe, "wb") as file:
                file.write(bytes(_PROBE_BYTES))
            return True
        except OSError:
            return False
        finally:
            _remove(probe)

    def _warn_once(self, error):
        if not self._failing:
            print("foldmill: warning: no checkpoint of epoch %d: %s; training goes on without it, "
                  "and the next epochs try again: free some space there, or make it writable"
                  % (self.epoch, error), file=sys.stderr, flush=True)
        self._failing = True

    def save_artifact(self, path, name=None):
        """Sends a file worth keeping; a copy is taken at once. `name`, by default the file's own,
        is what it is fetched as."""
        name = os.path.basename(path) if name is None else name
        _check_artifact_name(name)
        # A new file each time: the worker may not have read the one before yet.
        self._artifacts += 1
        copy = os.path.join(self.directory, "artifact-%d" % self._artifacts)
        with open(path, "rb") as source:
            try:
                with open(copy + ".tmp", "wb") as target:
                    shutil.copyfileobj(source, target)
                os.replace(copy + ".tmp", copy)
            except OSError as error:
                raise _NotKept("the artifact '%s' could not be kept: %s" % (name, error)) from error
        self._lines.send({"type": "artifact", "attempt": self.attempt, "name": name, "path": copy})


def _cause_of(error):
    # torch.cuda.OutOfMemoryError has this name in every version; MemoryError is Python's own.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return "out_of_memory"
    if isinstance(error, OSError) and error.errno in _DISK_TROUBLE:
        return "internal"
    return "user_error"


def _attempt(train, lines, hello, assignment):
    """Runs one attempt and returns the last line about it."""
    attempt = assignment["attempt"]
    try:
        trial = Trial(lines, hello, assignment)
        lines.send({"type": "started", "attempt": attempt})
        train(trial)
        complete = trial.epoch >= assignment["epochs"] and trial._reported == trial.epoch
        if complete or assignment["first_epoch"] > assignment["epochs"]:
            return {"type": "finished", "attempt": attempt, "outcome": "completed"}
        if trial._cause is not None:
            return {"type": "finished", "attempt": attempt, "outcome": "stopped"}
        cause, message = "user_error", "train() returned after epoch %d of %d" % (
            trial.epoch, assignment["epochs"])
    except _Stopped:
        return {"type": "finished", "attempt": attempt, "outcome": "stopped"}
    except _Gone:
        raise
    except Diverged as error:
        cause, message = "diverged", str(error)
    except DataMissing as error:
        cause, message = "data_missing", str(error)
    except _NotKept as error:
        cause, message = "internal", str(error)
    except Exception as error:
        traceback.print_exc()
        cause, message = _cause_of(error), "%s: %s" % (type(error).__name__, error)
    return {"type": "failed", "attempt": attempt, "cause": cause, "message": message}


def run(train, name="python", models=()):
    """Serves the worker until it has no more work; does not return before."""
    descriptor = os.environ.get("FOLDMILL_TRAINER_FD")
    if descriptor is None:
        sys.exit("FOLDMILL_TRAINER_FD is not set: this script is a trainer and is started by "
                 "foldmill-worker (model: {type: command, run: [...]})")
    lines = _Lines(int(descriptor))
    try:
        hello = lines.receive()
        lines.send({"type": "ready", "protocol": PROTOCOL, "name": name, "version": "1",
                    "models": list(models), "devices": [hello["device"]]})
        while True:
            message = lines.receive()
            if message["type"] == "shutdown":
                return
            if message["type"] == "assignment":
                lines.send(_attempt(train, lines, hello, message))
    except _Gone:
        return
