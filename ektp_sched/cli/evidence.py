"""Plans for whoever looks at them: a page written anew, a day of them in one file."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated

from ektp_sched.cli.console import echo, emit
from ektp_sched.cli.options import (
    JsonOption,
    LangOption,
    LedgerOption,
    argument,
    option,
)
from ektp_sched.cli.reading import read_folder


def evidence(
    places: Annotated[
        list[Path],
        argument(
            "[DIR] FILE", "The office folder (here if left out), the new ZIP file."
        ),
    ],
    day: Annotated[
        date | None,
        option(
            "--day DATE", "First day of the plans; that of the last plan if left out."
        ),
    ] = None,
    public: Annotated[
        bool,
        option("--public", "Leave out sheets and plan.xlsx, which hold names."),
    ] = False,
    ledger: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pack a day's plans and the checker into one file.

    A page in it says what it holds, what of it is personal, and how it is checked
    without this program.  A file that is there is never written over.
    """
    from ektp_sched.days.committed import finish
    from ektp_sched.errors import UsageError
    from ektp_sched.morning.handed import hand_out
    from ektp_sched.words import said

    if len(places) > 2:
        message = said(
            "name at most the office folder and one file",
            "sebutkan paling banyak folder kantor dan satu berkas",
        )
        raise UsageError(message)
    folder, words = read_folder(places[0] if len(places) == 2 else Path(), ledger, lang)
    if os.access(folder.path, os.W_OK):
        finish(folder)  # a plan that a killed command has recorded is one
    plans = folder.plans()
    first = day or (plans[-1].day if plans else date.today())
    hand_out(folder, first, places[-1], words, public=public)
    if as_json:
        emit(
            {
                "schema_version": 1,
                "evidence": str(places[-1]),
                "day": first.isoformat(),
                "public": public,
            }
        )
    else:
        echo(words.text("evidence.written", file=str(places[-1]), day=first))


def report(
    folder: Annotated[
        Path,
        argument("DIR", "A folder that `plan` or `compare` wrote."),
    ],
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write report.html of a folder anew, from what lies in it.

    It needs no network and no other file, and prints on A4.
    """
    from ektp_sched.output.report import rebuild

    written = rebuild(folder, lang=lang)
    if as_json:
        emit({"schema_version": 1, "report": str(written)})
    else:
        echo(str(written))
