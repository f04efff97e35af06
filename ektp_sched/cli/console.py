"""What every command needs to talk: JSON, progress, one sentence for an error."""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Self

import typer

from ektp_sched.cli.interruption import ASKED, INTERRUPTED, INTERRUPTION, SAID
from ektp_sched.cli.language import in_spoken
from ektp_sched.cli.usage import usage_sentence
from ektp_sched.errors import EktpSchedError
from ektp_sched.failures import BAD_INPUT, TOLD, failure
from ektp_sched.public import visible
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rich.console import Console

    from ektp_sched.office import Office
    from ektp_sched.output.languages import Language
    from ektp_sched.rules.notices import Notice

DONE = 0

_OFTEN = 10.0  # seconds between lines about progress off a terminal


def say(text: str) -> None:
    """Print a line for people on stderr."""
    typer.echo(visible(text), err=True)


def echo(text: str, *, err: bool = False) -> None:
    """Print a line on stdout; no sign of it controls the screen."""
    typer.echo(visible(text), err=err)


def console(*, stderr: bool = False) -> Console:
    """Return a console for tables; what it prints is plain off a terminal."""
    from rich.console import Console

    from ektp_sched.output.draw.screen import VisibleSigns

    screen = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    screen.push_render_hook(VisibleSigns())
    return screen


def emit(document: Mapping[str, Any]) -> None:
    """Print a result for programs on stdout, as JSON in UTF-8."""
    text = json.dumps(document, ensure_ascii=True, indent=2, allow_nan=False)
    echo(text)


def as_date(text: str) -> date:
    """Read the value of a date option.

    Raises
    ------
    typer.BadParameter
        If it is no date in the form 2017-09-12.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = said(
            "'{text}' is not a date; write it like 2017-09-12",
            "'{text}' bukan tanggal; tulislah seperti 2017-09-12",
            text=text,
        )
        raise typer.BadParameter(message) from None


def first_day(start: date | None, words: Language) -> date:
    """Return the first day: as given, or today, which is then said on stderr."""
    begin = start or date.today()
    if start is None:
        say(words.text("cli.today", start=begin))
    return begin


def tell_left_out(office: Office, words: Language) -> None:
    """Say on stderr which rules of an office a simulation leaves out."""
    from ektp_sched.scenarios import left_out

    tell(left_out(office), words)


def tell(notices: Iterable[Notice], words: Language) -> None:
    """Say notices on stderr, as warnings."""
    for notice in notices:
        say(f"{words.text('terminal.warning')}: {words.notice(notice)}")


def tell_no_page(page: Path, words: Language, command: str = "report") -> None:
    """Say on stderr why a page is not there, if it is not."""
    if not page.exists():
        from ektp_sched.output.report import charts_available

        key = "failed" if charts_available() else "left_out"
        say(words.text(f"report.{key}", page=page.name, command=command))


@dataclass(slots=True)
class Progress:
    """A line on stderr that says what is being done.

    Off a terminal, a line of its own now and then, where it takes long.

    Parameters
    ----------
    words
        The language of its texts.
    """

    words: Language
    _shown: int = 0
    _stage: str = ""
    _ended: threading.Event = field(default_factory=threading.Event)

    def __call__(self, stage: str, share: float) -> None:
        """Show a stage and how much of it is done, 0 to 1.

        Raises
        ------
        KeyboardInterrupt
            The command was asked to end, and a library that calls back lost it.
        """
        if ASKED.is_set():
            raise KeyboardInterrupt
        text = f"{self.words.name('stage', stage)} … {share:.0%}"
        self._stage = text
        if not sys.stderr.isatty():
            return
        padding = " " * max(0, self._shown - len(text))
        sys.stderr.write(f"\r{text}{padding}")
        sys.stderr.flush()
        self._shown = len(text)

    def __enter__(self) -> Self:
        if not sys.stderr.isatty():
            teller = threading.Thread(target=self._tell, name="progress", daemon=True)
            with suppress(RuntimeError):  # no memory for it: the work itself will say
                teller.start()
        return self

    def _tell(self) -> None:
        """Say from time to time what is being done, to whoever reads a log."""
        while not self._ended.wait(_OFTEN):
            say(self._stage)

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Take the line away again, and say how far an interrupted work had come."""
        self._ended.set()
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()
            self._shown = 0
        if isinstance(error, KeyboardInterrupt) and error.args:
            # Said here, as the command line's library drops the text.
            say(f"ektp-sched: {in_spoken(error.args[0])}")


def explain_failure(error: BaseException) -> int:
    """Say in a sentence why a command ended, and return its exit code."""
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        SAID.append(INTERRUPTION)
        say(in_spoken(INTERRUPTION))
        return INTERRUPTED
    if not isinstance(error, EktpSchedError) and hasattr(error, "format_message"):
        return _end(usage_sentence(error), BAD_INPUT)
    ended = failure(error)
    if os.environ.get("EKTP_DEBUG") and not isinstance(error, EktpSchedError | OSError):
        traceback.print_exception(error)
    sentence = ended.sentence
    if len(ended.problems) > TOLD:
        sentence = said(
            "{sentence}; `ektp-sched check` lists all",
            "{sentence}; `ektp-sched check` menyebut semuanya",
            sentence=sentence,
        )
    return _end(sentence, ended.code)


def _end(sentence: str, code: int) -> int:
    say(f"ektp-sched: {in_spoken(sentence)}")
    return code
