"""The morning as a command."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ektp_sched.cli.console import Progress, console, emit
from ektp_sched.cli.options import (
    ByOption,
    DirArgument,
    JsonOption,
    LangOption,
    LedgerOption,
    MaxRejectsOption,
    as_share,
    option,
    signed_by,
)
from ektp_sched.cli.plan import NoReportOption, tell_conflict
from ektp_sched.cli.reading import read_folder
from ektp_sched.cli.yesterday import GoneOption, OpenOption
from ektp_sched.errors import UsageError
from ektp_sched.failures import NO
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.morning.morning import Morning
    from ektp_sched.morning.rest import Rest

OnOption = Annotated[
    date | None,
    option("--on DATE", "The day, such as 2017-09-12; the system's if left out."),
]
DaysOption = Annotated[
    int | None,
    option(
        "--days N",
        "Calendar days to plan; as the last plan if left out, 60 at first.",
        min=1,
        max=3660,
    ),
]
ExportOption = Annotated[
    Path | None,
    option(
        "--export FILE", "The export to take; the newest in DIR/exports if left out."
    ),
]


RestOption = Annotated[
    bool,
    option(
        "--rest",
        "What is left of today: after a printer stopped, or for new people; "
        "whoever stands on a sheet that still holds stays there.",
    ),
]
LeftOption = Annotated[
    str | None,
    option(
        "--left SHARE",
        "With --rest: the part of what is left of today that can be used, such as "
        "0.5 where hours are lost.",
    ),
]


def today(
    directory: DirArgument = Path(),
    export: ExportOption = None,
    on: OnOption = None,
    days: DaysOption = None,
    open_choice: OpenOption = None,
    gone: GoneOption = "ask",
    max_rejects: MaxRejectsOption = 0.01,
    rest: RestOption = False,
    left: LeftOption = None,
    heads: Annotated[
        list[str] | None,
        option(
            "--head HEAD",
            "Head of the ledger on the last sheet of paper; may be repeated. A "
            "ledger without it is older than that sheet, and refused.",
        ),
    ] = None,
    no_report: NoReportOption = False,
    by: ByOption = None,
    ledger: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in the newest export and write the sheets of today.

    The ledger knows who was printed, promised and asked about: nobody is printed
    twice, and as few as possible move to another day.
    """
    share = _share(left, rest=rest)
    folder, words = read_folder(directory, ledger, lang)
    options: dict[str, Any] = {
        "on": on,
        "export": export,
        "open": open_choice,
        "gone": gone,
        "by": signed_by(by),
        "days": days,
        "max_rejects": max_rejects,
        "heads": heads or (),
        "lang": lang,
        "report": not no_report,
    }
    came: Morning | Rest
    with Progress(words) as progress:
        progress("read", 0)
        options["progress"] = progress
        if rest:
            from ektp_sched.morning.rest import rest as make_rest

            came = make_rest(folder, left=share, **options)
            morning = came.morning
        else:
            from ektp_sched.morning.morning import today as make

            came = morning = make(folder, **options)
    if morning is not None and morning.place is None:
        tell_conflict(morning.plan, words, as_json=as_json)
        raise typer.Exit(NO)
    from ektp_sched.output.draw.screen import say_sections
    from ektp_sched.telling.morning import document_of, sections_of

    if as_json:
        emit(document_of(came))
    else:
        say_sections(console(), sections_of(came, words), words)


def _share(left: str | None, *, rest: bool) -> Decimal:
    """Return the part of what is left that can be used."""
    if left is None:
        return Decimal(1)
    if not rest:
        message = said(
            "--left says what is left of today; give --rest too",
            "--left menyatakan sisa hari ini; berikan juga --rest",
        )
        raise UsageError(message)
    return as_share(left)
