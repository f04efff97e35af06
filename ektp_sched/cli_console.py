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

from ektp_sched.cli_entry import INTERRUPTED, INTERRUPTION, SAID
from ektp_sched.errors import EktpSchedError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from ektp_sched.office import Office
    from ektp_sched.output.languages import Language

__all__ = [
    "BAD_INPUT",
    "DONE",
    "INTERRUPTED",
    "NO",
    "Progress",
    "as_date",
    "console",
    "emit",
    "explain_failure",
    "first_day",
    "say",
    "sentences",
    "tell_left_out",
]

DONE, NO, BAD_INPUT = 0, 1, 2
_TOLD = 3  # problems named at once; `check` names all
_WANT_OF_MEMORY = (
    "can't start new thread",
    "failed to map segment",
    "Cannot allocate memory",
    "cannot allocate memory",
)
"""What libraries say where the system gives no more memory."""

_OFTEN = 10.0  # seconds between lines about progress off a terminal


def say(text: str) -> None:
    """Print a line for people on stderr."""
    typer.echo(text, err=True)


def console(*, stderr: bool = False) -> Console:
    """Return a console for tables; what it prints is plain off a terminal."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def emit(document: Mapping[str, Any]) -> None:
    """Print a result for programs on stdout, as JSON in UTF-8."""
    text = json.dumps(document, ensure_ascii=True, indent=2, allow_nan=False)
    typer.echo(text)


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
        message = f"{text!r} is not a date; write it like 2017-09-12"
        raise typer.BadParameter(message) from None


def first_day(start: date | None, words: Language) -> date:
    """Return the first day: as given, or today, which is then said on stderr.

    Parameters
    ----------
    start
        As given; None: it was left out.
    words
        Language.
    """
    begin = start or date.today()
    if start is None:
        say(words.text("cli.today", start=begin))
    return begin


def tell_left_out(office: Office, words: Language) -> None:
    """Say on stderr which rules of an office a simulation leaves out.

    Parameters
    ----------
    office
        As it was read.
    words
        Language.
    """
    from ektp_sched.scenarios import left_out

    for notice in left_out(office):
        say(f"{words.text('terminal.warning')}: {words.notice(notice)}")


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
        """Show a stage and how much of it is done, 0 to 1."""
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
        if isinstance(error, KeyboardInterrupt) and str(error):
            # Said here, as the command line's library drops the text.
            say(f"ektp-sched: {error}")


def explain_failure(error: BaseException) -> int:
    """Say in a sentence why a command ended, and return its exit code.

    Parameters
    ----------
    error
        Whatever stopped the command.
    """
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        SAID.append(INTERRUPTION)
        say(INTERRUPTION)
        return INTERRUPTED
    if isinstance(error, EktpSchedError):
        say(f"ektp-sched: {_one_sentence(error)}")
        return BAD_INPUT
    if hasattr(error, "format_message"):
        say(f"ektp-sched: {_usage(error)}")
        return BAD_INPUT
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        say(f"ektp-sched: {place}{error.strerror or type(error).__name__}")
        return BAD_INPUT
    if isinstance(error, MemoryError) or any(
        text in str(error) for text in _WANT_OF_MEMORY
    ):
        say("ektp-sched: there is not enough memory for this input")
        return NO
    if os.environ.get("EKTP_DEBUG"):
        traceback.print_exception(error)
    if type(error).__name__ == "UnverifiedPlanError":
        say(f"ektp-sched: {error}; please report this mistake in the program")
        return NO
    place = _innermost(error)
    say(
        f"ektp-sched: this is a mistake in the program ({type(error).__name__} in "
        f"{place}), and nothing was written; please report it with this line, and "
        "without any personal data"
    )
    return NO


def sentences(error: InputError) -> list[str]:
    """Return every problem of an error, each naming its file."""
    if len(error.problems) < 2:
        return [str(error)]
    place = f"{error.file}: " if error.file else ""
    return [p if p.startswith(place) else f"{place}{p}" for p in error.problems]


def _one_sentence(error: EktpSchedError) -> str:
    """Return the first problems on one line."""
    if not isinstance(error, InputError):
        return str(error)
    found = sentences(error)
    place = f"{error.file}: " if error.file else ""
    first, *others = found[:_TOLD]
    text = "; ".join([first, *(other.removeprefix(place) for other in others)])
    rest = len(found) - _TOLD
    return (
        f"{text} (and {rest} more; `ektp-sched check` lists all)" if rest > 0 else text
    )


def _usage(error: BaseException) -> str:
    text = str(error.format_message()).strip()  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "ektp-sched"
    end = "" if text.endswith((".", "?", "!")) else "."
    return f"{text}{end} See `{command} --help`."


def _innermost(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "ektp_sched" in f.filename]
    if not ours:
        return "the program"
    last = ours[-1]
    return f"{os.path.basename(last.filename)}, line {last.lineno}"
