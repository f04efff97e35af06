"""Dates on paper: promises.csv for programs, the poster for the wall."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from ektp_sched.errors import FolderError
from ektp_sched.office.files import replace_file
from ektp_sched.output.languages import LANGUAGES, language
from ektp_sched.output.poster import poster_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.scenarios.promise import Promises

__all__ = ["save_promises", "write_files"]


def save_promises(promises: Promises, path: str | Path) -> tuple[str, ...]:
    """Write promises.csv, promises.json and a poster in each language.

    Parameters
    ----------
    promises
        Dates for everybody.
    path
        Folder; made if it is not there.  Only these files are replaced.

    Returns
    -------
    tuple of str
        Names of the files.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder cannot be written.
    """
    table = io.BytesIO()
    promises.frame.sort("application_id").write_csv(table)
    document = json.dumps(
        promises.document(), ensure_ascii=False, indent=1, allow_nan=False
    )
    files = {
        "promises.csv": table.getvalue(),
        "promises.json": f"{document}\n".encode(),
    }
    for code in LANGUAGES:
        files[f"poster.{code}.html"] = poster_html(promises, language(code)).encode()
    return write_files(files, path)


def write_files(files: Mapping[str, bytes], path: str | Path) -> tuple[str, ...]:
    """Write files into a folder, each whole or not at all.

    Parameters
    ----------
    files
        Contents by name.
    path
        Folder; made if it is not there.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder cannot be written.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, raw in files.items():
            replace_file(folder / name, raw)
    except (FileExistsError, NotADirectoryError):
        message = f"is a file; name a folder for {' and '.join(list(files)[:2])}"
        raise FolderError(message, file=str(path)) from None
    except OSError as error:
        message = f"cannot be written: {error.strerror}; name another folder"
        raise FolderError(message, file=str(path)) from None
    return tuple(files)
