"""Many offices as a command."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ektp_sched.cli.console import console, echo, emit, first_day, say
from ektp_sched.cli.language import in_spoken, language_of_offices, speak
from ektp_sched.cli.options import (
    JsonOption,
    LangOption,
    MaxRejectsOption,
    argument,
    option,
)
from ektp_sched.errors import UsageError
from ektp_sched.failures import NO
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from ektp_sched.backlog.inputs import DayLike
    from ektp_sched.fleet import Fleet, Outcome
    from ektp_sched.output.languages import Language

_SHOWN = 10
"""Offices that a screen names; the page has all."""


def fleet(
    backlogs: Annotated[
        Path,
        argument(
            "BACKLOGS",
            "A Parquet data set with a column that says whose an application is, "
            "or a folder of exports.",
        ),
    ],
    offices: Annotated[
        Path,
        option(
            "--offices DIR",
            "Folder with defaults.toml, and KEY.toml for what an office says besides.",
        ),
    ],
    out: Annotated[
        Path,
        option(
            "--out DIR",
            "Folder to write; in one of an earlier run only what is missing or "
            "has changed is done.",
        ),
    ],
    start: Annotated[
        date | None,
        option("--start DATE", "First day; today's."),
    ] = None,
    days: Annotated[
        int | None,
        option(
            "--days N",
            "Calendar days to plan; until everybody is printed if left out.",
            min=1,
            max=3660,
        ),
    ] = None,
    column: Annotated[
        str,
        option("--column NAME", "Heading of the office column."),
    ] = "office",
    workers: Annotated[
        int | None,
        option("--workers N", "Processes; one a processor.", min=1, max=256),
    ] = None,
    dask: Annotated[
        str | None,
        option("--dask ADDRESS", "A Dask scheduler whose workers see the same paths."),
    ] = None,
    blanks: Annotated[
        int | None,
        option(
            "--blanks N",
            "Blanks that the ministry has: each office gets as many as make all "
            "together best. With --days.",
            min=0,
        ),
    ] = None,
    delivery: Annotated[
        list[str] | None,
        option(
            "--delivery DATE=N",
            "Further blanks that the ministry gets on a later day; up to three times.",
        ),
    ] = None,
    sheets: Annotated[
        bool,
        option("--sheets", "Workbooks and a page for each office too."),
    ] = False,
    force: Annotated[
        bool,
        option("--force", "Replace plan folders that somebody changed."),
    ] = False,
    max_rejects: MaxRejectsOption = 0.01,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan many offices, each alone, and write one page over all.

    A failure of one never stops the others: it is listed, and the exit code is 1.
    Interrupted, it goes on where it was when it is started again.
    """
    from ektp_sched.fleet import fleet as plan_all
    from ektp_sched.output.languages import language

    words = language(lang or language_of_offices(offices))
    speak(words.code)
    made = plan_all(
        backlogs,
        offices,
        out,
        start=first_day(start, words),
        days=days,
        column=column,
        max_rejects=max_rejects,
        sheets=sheets,
        force=force,
        workers=workers,
        dask=dask,
        lang=words.code,
        told=_Told(words),
        blanks=blanks,
        deliveries=_deliveries(delivery or []),
        dividing=_Dividing(words),
    )
    if as_json:
        emit(_document(made, out))
    else:
        _tell(made, out, words)
    if made.failed:
        raise typer.Exit(NO)


def _deliveries(stated: list[str]) -> dict[DayLike, int]:
    """Return number by day of what ``--delivery DATE=N`` says."""
    deliveries: dict[DayLike, int] = {}
    for text in stated:
        day, _, cards = text.partition("=")
        if not cards.isdecimal() or not cards.isascii() or day in deliveries:
            message = said(
                "--delivery is {text}; it must be DATE=N, such as 2017-10-02=5000, "
                "each day once",
                "--delivery berisi {text}; seharusnya TANGGAL=N, misalnya "
                "2017-10-02=5000, tiap hari sekali saja",
                text=text,
            )
            raise UsageError(message)
        deliveries[day] = int(cards)
    return deliveries


class _Saying:
    """Says now and then how far long work has come."""

    def __init__(self, words: Language) -> None:
        self._words, self._begun, self._said = words, 0.0, 0.0

    def _passed(self, *, is_last: bool) -> float | None:
        """Return the seconds since the first call, if it is time to say anything."""
        now = time.monotonic()
        self._begun = self._begun or now
        often = 0.2 if sys.stderr.isatty() else 10.0
        if now - max(self._said, self._begun) < often and not is_last:
            return None
        self._said = now
        return now - self._begun

    def _say(self, text: str, *, is_last: bool) -> None:
        if sys.stderr.isatty():
            end = "\n" if is_last else ""
            sys.stderr.write(f"\r{text}\x1b[K{end}")
            sys.stderr.flush()
        else:
            say(text)


class _Told(_Saying):
    """Says how many offices are planned, at which rate, and how long it will take."""

    def __call__(self, _: Outcome, done: int, count: int) -> None:
        is_last = done == count
        passed = self._passed(is_last=is_last)
        if passed is not None:
            rate = done / max(passed, 1e-3)
            figures = {"rate": round(60 * rate), "left": round((count - done) / rate)}
            text = self._words.text("fleet.progress", done=done, all=count, **figures)
            self._say(text, is_last=is_last)


class _Dividing(_Saying):
    """Says how far the blanks are divided."""

    def __call__(self, share: float) -> None:
        is_last = share >= 1
        if self._passed(is_last=is_last) is not None:
            percent = int(100 * share)
            text = self._words.text("fleet.dividing", percent=percent)
            self._say(text, is_last=is_last)


def _tell(made: Fleet, out: Path, words: Language) -> None:
    from ektp_sched.fleet.summary import PAGE, blanks_said
    from ektp_sched.output.draw.screen import say_line

    left = made.total("unprinted")
    screen = console()
    say_line(
        screen,
        words.text("fleet.title", count=left, offices=len(made.outcomes)),
        "bold",
    )
    for outcome in made.failed[:_SHOWN]:
        say(in_spoken(joined(": ", (outcome.key, outcome.why or ""))))
    if len(made.failed) > _SHOWN:
        say(words.text("fleet.more", count=len(made.failed) - _SHOWN))
    for sentence in blanks_said(made, words):
        say_line(screen, sentence)
    kept = sum(outcome.state == "kept" for outcome in made.outcomes)
    if kept:
        say_line(screen, words.text("fleet.kept", count=kept))
    echo(str(out / PAGE))


def _document(made: Fleet, out: Path) -> dict[str, Any]:
    from ektp_sched.fleet.summary import rows_of

    document = {"schema_version": 1, "out": str(out), "offices": rows_of(made, "en")}
    if made.blanks is not None:
        names = ("blanks", "kept", "deliveries", "tiers", "rules")
        document["blanks"] = {name: made.blanks[name] for name in names}
    return document
