"""The command ``report``: the page of a folder, written anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ektp_sched.cli.console import echo, emit
from ektp_sched.cli.options import JsonOption, LangOption, argument


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
