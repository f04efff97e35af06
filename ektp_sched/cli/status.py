"""The command for the counter: one person, in sentences."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from ektp_sched.cli.console import as_date
from ektp_sched.cli.counter import answer, question
from ektp_sched.cli.options import JsonOption, LangOption, LedgerOption
from ektp_sched.errors import UsageError
from ektp_sched.words import said


def status(
    person: Annotated[
        list[str],
        typer.Argument(
            metavar="[DIR] WHO",
            help="A queue number, application_id or NIK; before it the office folder, "
            "this one if left out.",
        ),
    ],
    on: Annotated[
        date | None,
        typer.Option(
            "--on",
            metavar="DATE",
            parser=as_date,
            help="The day on which it is asked; today if left out.",
        ),
    ] = None,
    ledger: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is known of one person, at the counter.

    Waiting since when, planned or printed when and where, told which date, handed over
    or not, and what of the export waits to be accepted.  Nothing is changed.
    """
    asked = question(person)
    if asked is None:
        message = said(
            "name one person, and before it the office folder if it is another",
            "sebutkan satu orang, dan di depannya folder kantor kalau bukan folder ini",
        )
        raise UsageError(message)
    code = answer(*asked, on=on, ledger=ledger, lang=lang, as_json=as_json)
    if code:
        raise typer.Exit(code)
