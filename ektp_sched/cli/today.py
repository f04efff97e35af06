"""The morning as a command."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ektp_sched.cli.console import NO, Progress, as_date, console, emit
from ektp_sched.cli.options import JsonOption, LangOption, MaxRejectsOption
from ektp_sched.cli.plan import DaysOption, tell_conflict
from ektp_sched.cli.reading import words_for
from ektp_sched.cli.yesterday import GoneOption, OpenOption

if TYPE_CHECKING:
    from ektp_sched.days import Morning

DirArgument = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="The office folder; this one if left out."),
]
LedgerOption = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="URL",
        help="The ledger, such as postgresql://user@host/name; DIR/ledger.db if "
        "left out. A password goes into EKTP_LEDGER, or a .pgpass file.",
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAME", help="Who does it; the system's user if left out."
    ),
]
OnOption = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar="DATE",
        parser=as_date,
        help="The day, such as 2017-09-12; the system's if left out.",
    ),
]
ExportOption = Annotated[
    Path | None,
    typer.Option(
        "--export",
        metavar="FILE",
        help="The export to take; the newest in DIR/exports if left out.",
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
    by: ByOption = None,
    ledger: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in the newest export and write the sheets of today.

    The ledger knows who was printed, promised and asked about: nobody is printed
    twice, and as few as possible move to another day.
    """
    from ektp_sched.days.folder import open_office

    folder = open_office(directory, ledger=ledger)
    words = words_for(folder.office, lang)
    with Progress(words) as progress:
        progress("read", 0)
        from ektp_sched.days.morning import today as make

        morning = make(
            folder,
            on=on,
            export=export,
            open=open_choice,
            gone=gone,
            by=by,
            days=days,
            max_rejects=max_rejects,
            lang=lang,
            progress=progress,
        )
    if morning.place is None:
        tell_conflict(morning.plan, words, as_json=as_json)
        raise typer.Exit(NO)
    if as_json:
        emit(_document(morning))
        return
    from ektp_sched.output.terminal import show_plan

    show_plan(morning.plan, console(), words, morning.place.path)


def _document(morning: Morning) -> dict[str, Any]:
    place = morning.place
    assert place is not None
    return {
        "schema_version": 1,
        "day": place.day.isoformat(),
        "out": str(place.path),
        "plan": place.number,
        "act": place.act,
        "again": morning.again,
        "export": str(morning.export),
        "imported": dict(morning.imported),
    }
