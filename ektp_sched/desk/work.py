"""Long work aside: a process of its own a time, watched, cancelled, never half done.

What it does is a verb that the library has; each puts its results in place whole, so
that ending the process at any moment leaves everything as it was.  It ends when its
stdin does: where somebody cancels it, and where the desk itself is gone.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from ektp_sched.children import child_command, child_environment
from ektp_sched.failures import NO, Failure
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Literal["running", "done", "failed", "cancelled"]

_KEPT: Final = 50
"""Works whose outcome is remembered."""

_PATIENCE: Final = 5.0
"""Seconds that a cancelled work has to end by itself."""

_ENDED: Final = said(
    "the work ended before it was done, and nothing of it was written; start it again",
    "pekerjaan berhenti sebelum selesai dan tidak ada yang ditulis; jalankan lagi",
)


@dataclass(slots=True)
class Work:
    """One piece of long work.

    Parameters
    ----------
    verb
        Name of the verb in `ektp_sched.desk.worker`.
    arguments
        What it was told; nothing of it is personal.
    after
        Path of the page that shows what came of it.
    asked
        Path of the page that asks what only the office can answer, with the key of the
        work below it; empty: none.
    """

    verb: str
    arguments: Mapping[str, Any]
    after: str
    asked: str = ""
    key: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    stage: str = "read"
    share: float = 0.0
    state: State = "running"
    result: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    _process: subprocess.Popen[str] | None = None

    def begin(self, order: Mapping[str, Any]) -> None:
        """Start the process, and hear what it says until it ends."""
        process = subprocess.Popen(
            child_command("-m", "ektp_sched.desk.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment("ektp_sched", "polars", PYTHONUTF8="1"),
            encoding="utf-8",
        )
        self._process = process
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
        threading.Thread(target=self._hear, name="work", daemon=True).start()

    def _hear(self) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        for line in process.stdout:
            with suppress(ValueError, KeyError, TypeError):
                self._heard(json.loads(line))
        process.wait()
        if self.state == "running":
            self.state, self.failure = "failed", Failure(_ENDED, NO, (_ENDED,))

    def _heard(self, news: Mapping[str, Any]) -> None:
        if "stage" in news:
            self.stage, self.share = str(news["stage"]), float(news["share"])
        elif "done" in news:
            self.result, self.share = news["done"], 1.0
            self.state = "done"
        elif "failed" in news and self.state == "running":
            sentence = Said(news["failed"]["en"], news["failed"]["id"])
            asked = news["asks"], news["figures"]
            self.failure = Failure(sentence, news["code"], (sentence,), *asked)
            self.state = "failed"

    def cancel(self) -> None:
        """End the process; what it has put in place already stays."""
        process = self._process
        if process is None or self.state != "running":
            return
        self.state = "cancelled"
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


@dataclass(slots=True)
class Works:
    """All work of a desk, one of a kind at a time."""

    _of: dict[str, Work] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def start(self, work: Work, order: Mapping[str, Any]) -> Work:
        """Start a work; the one that runs already where it is of the same kind."""
        with self._turn:
            if (running := self.running(work.verb)) is not None:
                return running
            self._of[work.key] = work
            ended = [k for k, each in self._of.items() if each.state != "running"]
            for key in ended[: max(0, len(self._of) - _KEPT)]:
                del self._of[key]
            work.begin(order)
        return work

    def get(self, key: str) -> Work | None:
        """Return a work by its key; None where the desk does not know it."""
        return self._of.get(key)

    def running(self, verb: str) -> Work | None:
        """Return the work of a kind that runs, if one does."""
        alike = [w for w in self._of.values() if w.verb == verb]
        return next((w for w in alike if w.state == "running"), None)

    def newest(self, verb: str) -> Work | None:
        """Return the work of a kind that was started last."""
        alike = [w for w in self._of.values() if w.verb == verb]
        return alike[-1] if alike else None

    def end(self) -> None:
        """Cancel whatever runs."""
        for work in [*self._of.values()]:
            work.cancel()
