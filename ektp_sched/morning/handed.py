"""The evidence of a day in one file, for whoever checks it without this program."""

from __future__ import annotations

import io
import zipfile
from importlib import resources
from typing import TYPE_CHECKING, Final

from ektp_sched import __version__
from ektp_sched.documents.seal import BATCHES, FILES, SUMMARY, is_junk
from ektp_sched.errors import FolderError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder, PlanFolder
    from ektp_sched.output.languages import Language

CHECKERS: Final = (
    "checker.py",
    "checker_choice.py",
    "checker_ledger.py",
    "checker_trees.py",
)
"""What checks a plan folder with the standard library alone."""

NAMED: Final = (BATCHES, "plan.xlsx")
"""What of a plan folder holds names, and whatever else an export passed through."""

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""Time of every file, so that the same evidence is the same file."""


def evidence_of(
    folder: OfficeFolder, day: date, words: Language, *, public: bool = False
) -> bytes:
    """Return all plans of a day, the checker and what they are, as one ZIP.

    Parameters
    ----------
    folder
        The office.
    day
        First day of the plans.
    words
        Language of the page that says what it holds.
    public
        Leave out what holds names; the checker then says that this is missing.

    Raises
    ------
    ektp_sched.errors.FolderError
        No plan begins on that day.
    """
    plans = tuple(plan for plan in folder.plans() if plan.day == day)
    if not plans:
        message = said(
            "has no plan that begins on {day}; name the first day of one",
            "tidak memiliki rencana yang mulai {day}; sebutkan hari pertama sebuah "
            "rencana",
            day=str(day),
        )
        raise FolderError(message, file=str(folder.path))
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in _parts(plans, folder, words, public=public):
            pack.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return memory.getvalue()


def hand_out(
    folder: OfficeFolder, day: date, out: Path, words: Language, *, public: bool = False
) -> None:
    """Write what `evidence_of` returns into a new file.

    Raises
    ------
    ektp_sched.errors.FolderError
        No plan begins on that day, or the file is there already.
    """
    evidence = evidence_of(folder, day, words, public=public)
    try:
        with out.open("xb") as file:
            file.write(evidence)
    except FileExistsError:
        message = said(
            "is there already, and is not written over; name another file",
            "sudah ada, dan tidak ditimpa; sebutkan berkas lain",
        )
        raise FolderError(message, file=str(out)) from None


def _parts(
    plans: tuple[PlanFolder, ...],
    folder: OfficeFolder,
    words: Language,
    *,
    public: bool,
) -> Iterator[tuple[str, bytes]]:
    """Yield the files, each with its name in the ZIP."""
    readme = words.text("evidence.file")
    yield readme, _told(plans, folder, words, public=public).encode()
    checkers = resources.files("ektp_sched.trust")
    for name in CHECKERS:
        yield f"checker/{name}", (checkers / name).read_bytes()
    for plan in plans:
        for path in sorted(_own(plan.path)):
            inside = path.relative_to(plan.path)
            if not (public and inside.parts[0] in NAMED):
                where = plan.path.relative_to(folder.path) / inside
                yield where.as_posix(), path.read_bytes()


def _own(path: Path) -> Iterator[Path]:
    """Yield the files of one plan folder, and nothing that others put beside them."""
    yield from (path / name for name in FILES[SUMMARY] if (path / name).is_file())
    sheets = (path / BATCHES).rglob("*")
    yield from (
        sheet for sheet in sheets if sheet.is_file() and not is_junk(sheet.name)
    )


def _told(
    plans: tuple[PlanFolder, ...],
    folder: OfficeFolder,
    words: Language,
    *,
    public: bool,
) -> str:
    """Return what the ZIP holds, who may see it, and how it is checked."""
    places = [plan.path.relative_to(folder.path).as_posix() for plan in plans]
    lines = [
        words.text("evidence.title", office=folder.office.name, day=plans[0].day),
        words.text("evidence.holds", plans=", ".join(places)),
        words.text("evidence.public" if public else "evidence.personal"),
        words.text("evidence.ids"),
        words.text("evidence.run"),
        *(
            f"    python checker/checker.py {each} --lang {words.code}"
            for each in places
        ),
        words.text("evidence.result_public" if public else "evidence.result"),
        words.text("evidence.doubt", version=__version__),
        words.text("evidence.ledger"),
    ]
    return "\r\n\r\n".join(lines) + "\r\n"
