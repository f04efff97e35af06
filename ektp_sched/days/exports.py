"""An export on its way into the office folder: whole, once, under a name of its day."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from ektp_sched.days.folder import ENDINGS, exports
from ektp_sched.documents.seal import digest_of
from ektp_sched.errors import UsageError
from ektp_sched.office.files import EXPORTS
from ektp_sched.places import put_in_place, sync, workplace
from ektp_sched.words import said

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder


def keep_export(folder: OfficeFolder, path: Path, day: date) -> Path:
    """Keep a file as the newest export of an office.

    The same file again is kept once, and is then the newest again.

    Parameters
    ----------
    folder
        The office.
    path
        The file as it was dropped; nothing but the ending of its name is used.
    day
        On which it came.

    Returns
    -------
    pathlib.Path
        Where it lies, in ``exports/``.

    Raises
    ------
    ektp_sched.errors.UsageError
        It can be no export: it is empty, or of another kind.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS or not path.stat().st_size:
        message = (
            said(
                "that file is of another kind; take the export as CSV, XLSX or ODS",
                "berkas itu jenisnya lain; ambil ekspor dalam bentuk CSV, XLSX, atau "
                "ODS",
            )
            if ending not in ENDINGS
            else said("that file is empty", "berkas itu kosong")
        )
        raise UsageError(message)
    digest, size = digest_of(path), path.stat().st_size
    for kept in exports(folder):
        is_alike = kept.parent != folder.path and kept.stat().st_size == size
        if is_alike and digest_of(kept) == digest:
            os.utime(kept)
            return kept
    target = folder.path / EXPORTS / f"{day}-{digest[:8]}{ending}"
    with workplace(target) as place:
        shutil.copyfile(path, place.new)
        sync(place.path)
        put_in_place(place)
    return target
