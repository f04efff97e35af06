"""The morning as a command."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ektp_sched.cli.console import Progress, as_date, console, echo, emit
from ektp_sched.cli.options import (
    ByOption,
    DirArgument,
    JsonOption,
    LangOption,
    LedgerOption,
    MaxRejectsOption,
    as_share,
    signed_by,
)
from ektp_sched.cli.plan import NoReportOption, tell_conflict
from ektp_sched.cli.reading import read_folder
from ektp_sched.cli.yesterday import GoneOption, OpenOption
from ektp_sched.errors import UsageError
from ektp_sched.failures import NO
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.morning import Morning
    from ektp_sched.morning.rest import Rest
    from ektp_sched.output.languages import Language

OnOption = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar="DATE",
        parser=as_date,
        help="The day, such as 2017-09-12; the system's if left out.",
    ),
]
DaysOption = Annotated[
    int | None,
    typer.Option(
        "--days",
        metavar="N",
        min=1,
        max=3660,
        help="Calendar days to plan; as the last plan if left out, 60 at first.",
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


RestOption = Annotated[
    bool,
    typer.Option(
        "--rest",
        help="What is left of today: after a printer stopped, or for new people; "
        "whoever stands on a sheet that still holds stays there.",
    ),
]
LeftOption = Annotated[
    str | None,
    typer.Option(
        "--left",
        metavar="SHARE",
        help="With --rest: the part of what is left of today that can be used, such as "
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
        typer.Option(
            "--head",
            metavar="HEAD",
            help="Head of the ledger on the last sheet of paper; may be repeated. A "
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
    with Progress(words) as progress:
        progress("read", 0)
        options["progress"] = progress
        if rest:
            from ektp_sched.morning.rest import rest as make_rest

            came = make_rest(folder, left=share, **options)
        else:
            from ektp_sched.morning.morning import today as make

            morning = make(folder, **options)
    if rest:
        _tell_rest(came, words, as_json=as_json)
        return
    if morning.place is None:
        tell_conflict(morning.plan, words, as_json=as_json)
        raise typer.Exit(NO)
    if as_json:
        emit(_document(morning))
        return
    from ektp_sched.morning.text import show_morning

    show_morning(morning, console(), words)


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


def _tell_rest(came: Rest, words: Language, *, as_json: bool) -> None:
    """Say what became of the rest of a day: which sheets are void, and who goes where.

    Raises
    ------
    typer.Exit
        There is no plan that keeps the rules.
    """
    morning = came.morning
    if morning is not None and morning.place is None:
        tell_conflict(morning.plan, words, as_json=as_json)
        raise typer.Exit(NO)
    if as_json:
        emit(_rest_document(came))
        return
    if morning is None:
        echo(words.text("rest.nothing", count=came.stay))
        return
    from ektp_sched.morning.text import show_morning

    show_morning(morning, console(), words)
    for number, day, printer, cards in came.voids.iter_rows():
        names = {"plan": str(number), "day": words.plain_date(day), "printer": printer}
        echo(words.text("rest.void", count=cards, **names))
    echo(words.text("rest.placed", count=came.again, today=came.today, stay=came.stay))
    if came.uncounted:
        echo(words.text("rest.uncounted", rules=", ".join(came.uncounted)))


def _rest_document(came: Rest) -> dict[str, Any]:
    nothing: dict[str, Any] = {"schema_version": 1, "out": None}
    return {
        **(nothing if came.morning is None else _document(came.morning)),
        "day": came.day.isoformat(),
        "voids": [{**row, "day": str(row["day"])} for row in came.voids.to_dicts()],
        "stay": came.stay,
        "planned_again": came.again,
        "printed_today": came.today,
        "uncounted": [*came.uncounted],
    }


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
        "imported": None if morning.imported is None else dict(morning.imported),
        "recorded": None if morning.recorded is None else dict(morning.recorded.counts),
        "records": morning.records.height,
        "slipped": morning.slipped.height,
        "blanks": dict(morning.blanks),
        "sheets": morning.sheets().to_dicts(),
    }
