"""Who was forgotten, kept beside the ledger so that no restored copy brings them back.

The list holds random numbers alone, which nothing but the erased texts ever told.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ektp_sched.errors import LedgerError
from ektp_sched.places import replace_file
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ektp_sched.days.folder import OfficeFolder

__all__ = ["FORGOTTEN", "forgotten_refs", "note_forgotten"]

FORGOTTEN: Final = "forgotten.json"
"""Lies in the office folder."""


def forgotten_refs(folder: OfficeFolder) -> set[int]:
    """Return the numbers of all that was ever forgotten.

    Raises
    ------
    ektp_sched.errors.LedgerError
        The list is not what it should be.
    """
    path = folder.path / FORGOTTEN
    try:
        return {int(ref) for ref in json.loads(path.read_bytes())["refs"]}
    except FileNotFoundError:
        return set()
    except (ValueError, KeyError, TypeError):
        message = said(
            "is not the list of those forgotten that `ektp-sched ledger forget` "
            "keeps; put it back from the backup of the office folder",
            "bukan daftar yang dilupakan yang disimpan `ektp-sched ledger forget`; "
            "kembalikan dari cadangan folder kantor",
        )
        raise LedgerError(message, file=str(path)) from None


def note_forgotten(folder: OfficeFolder, refs: Iterable[int]) -> None:
    """Add numbers to the list."""
    whole = sorted(forgotten_refs(folder) | {*refs})
    text = json.dumps({"schema_version": 1, "refs": whole}, indent=1) + "\n"
    replace_file(folder.path / FORGOTTEN, text.encode())
