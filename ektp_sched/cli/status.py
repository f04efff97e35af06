"""The command for the counter: one person, or how the day stands, in sentences."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ektp_sched.cli.console import console, echo, emit
from ektp_sched.cli.counter import answer, is_office, question
from ektp_sched.cli.language import in_spoken
from ektp_sched.cli.options import (
    JsonOption,
    LangOption,
    LedgerOption,
    argument,
    option,
)
from ektp_sched.cli.reading import read_folder
from ektp_sched.errors import UsageError
from ektp_sched.failures import NO
from ektp_sched.words import said


def status(
    whom: Annotated[
        list[str] | None,
        argument(
            "[DIR] [WHO]",
            "A queue number, application_id or NIK; before it the office folder, "
            "this one if left out. Without anybody: how the day stands.",
        ),
    ] = None,
    on: Annotated[
        date | None,
        option("--on DATE", "The day on which it is asked; today if left out."),
    ] = None,
    history: Annotated[
        bool,
        option("--history", "Of a person also what each act said: when, by whom, why."),
    ] = False,
    find: Annotated[
        str | None,
        option(
            "--find TEXT",
            "Find somebody: a part of a name as the newest export has it, the "
            "beginning of a queue number or application_id, or a whole NIK.",
        ),
    ] = None,
    ledger: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is known of one person, or how the day stands.

    Of a person: waiting since when, planned or printed when and where, told which date,
    handed over or not, and what of the export waits to be accepted.

    Of the day: sheets of earlier days to be settled, those of the day, blanks, outages,
    what waits to be accepted, who is to be phoned, and whether the newest export is
    taken in.  Nothing is changed.
    """
    words = whom or []
    if find is not None:
        if len(words) > 1:
            message = said(
                "--find takes the office folder alone; leave out who is named",
                "--find hanya memakai folder kantor; hilangkan orang yang disebut",
            )
            raise UsageError(message)
        _tell_found(Path(*words), find, ledger, lang, as_json=as_json)
        return
    if is_office(words):
        _tell_day(Path(*words), on, ledger, lang, as_json=as_json)
        return
    asked = question(words)
    if asked is None:
        message = said(
            "name one person, and before it the office folder if it is another",
            "sebutkan satu orang, dan di depannya folder kantor kalau bukan folder ini",
        )
        raise UsageError(message)
    code = answer(
        *asked, on=on, ledger=ledger, lang=lang, history=history, as_json=as_json
    )
    if code:
        raise typer.Exit(code)


def _tell_day(
    path: Path, on: date | None, ledger: str | None, lang: str | None, *, as_json: bool
) -> None:
    """Say how a day stands."""
    from ektp_sched.days.overview import overview
    from ektp_sched.telling.overview import overview_told

    folder, _ = read_folder(path, ledger, lang)
    told = overview_told(overview(folder, on))
    if as_json:
        emit(told.document)
        return
    for sentence in told.sentences:
        echo(in_spoken(sentence))


def _tell_found(
    path: Path, text: str, ledger: str | None, lang: str | None, *, as_json: bool
) -> None:
    """Say who is found by a name or number.

    Raises
    ------
    typer.Exit
        Nobody is.
    """
    from ektp_sched.counter.find import find
    from ektp_sched.output.draw.screen import say_table
    from ektp_sched.telling.overview import people_document, people_table

    _, words = read_folder(path, ledger, lang)
    matches = find(path, text, ledger=ledger)
    if as_json:
        emit(people_document(matches))
    elif matches.people:
        say_table(console(), people_table(matches, words), words)
    else:
        echo(words.text("find.nobody"))
    if not matches.people:
        raise typer.Exit(NO)
