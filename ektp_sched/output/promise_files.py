"""Dates on paper: promises.csv for programs, who must be told anew, the poster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ektp_sched.documents.seal import PROMISES
from ektp_sched.output.languages import language
from ektp_sched.output.placing import sealed_folder
from ektp_sched.output.poster import poster_html
from ektp_sched.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ektp_sched.scenarios.dates.promise import Promises


def save_promises(
    promises: Promises,
    path: str | Path,
    *,
    force: bool = False,
    files: Mapping[Path, bytes] | None = None,
) -> None:
    """Write promises.csv, promises.json and posters, whole or not at all.

    Where dates were told before, also slipped.csv: whose date no longer holds.

    Parameters
    ----------
    promises
        Dates for everybody.
    path
        The folder.  A missing or empty one, and earlier dates that were not
        changed, are replaced.
    force
        Also replace earlier ones that were changed since.
    files
        What else is put in place with the folder, or not at all, by path.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds something else, or cannot be written.
    """
    document = promises.document()
    options: dict[str, Any] = {"index": PROMISES, "force": force, "files": files}
    with sealed_folder(path, document, **options) as folder:
        promises.frame.sort("application_id").write_csv(folder / "promises.csv")
        if promises.slipped is not None:
            promises.slipped.write_csv(folder / "slipped.csv")
        for code in LANGUAGES:
            poster = poster_html(promises, language(code))
            (folder / f"poster.{code}.html").write_bytes(poster.encode())
