"""The desk as a command."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from ektp_sched.cli.console import echo
from ektp_sched.cli.language import in_spoken
from ektp_sched.cli.options import DirArgument, LangOption, LedgerOption, option
from ektp_sched.errors import FolderError, MissingExtraError
from ektp_sched.words import said


def desk(
    directory: DirArgument = Path(),
    port: Annotated[
        int,
        option("--port N", "Where; any free one for 0.", min=0, max=65535),
    ] = 0,
    no_browser: Annotated[
        bool, option("--no-browser", "Print the address, and open nothing.")
    ] = False,
    on: Annotated[
        date | None,
        option(
            "--on DATE",
            "The day at the office, such as 2017-09-12; the system's if left out.",
        ),
    ] = None,
    ledger: LedgerOption = None,
    lang: LangOption = None,
) -> None:
    """Open an office folder in the browser of this machine.

    Nobody else can open it: it answers on 127.0.0.1 alone, and only whoever has the
    address that it prints, which works once.  It is closed by its button or Ctrl+C.
    """
    try:
        from ektp_sched.desk.serving import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
            raise
        message = said(
            "the desk needs the packages starlette, uvicorn and python-multipart; "
            "install them with `pip install 'ektp-sched[desk]'`",
            "meja kerja memerlukan paket starlette, uvicorn, dan python-multipart; "
            "pasanglah dengan `pip install 'ektp-sched[desk]'`",
        )
        raise MissingExtraError(message) from None
    if not directory.is_dir():
        message = said(
            "is no folder; make it first, or name the office folder",
            "bukan folder; buatlah dahulu, atau sebutkan folder kantor",
        )
        raise FolderError(message, file=str(directory))

    def opened(address: str) -> None:
        echo(address)
        if not no_browser:
            import webbrowser

            webbrowser.open(address)

    serve(directory, port=port, ledger=ledger, on=on, lang=lang, opened=opened)
    echo(in_spoken(said("The desk is closed.", "Meja kerja sudah ditutup.")))
