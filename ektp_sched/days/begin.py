"""The first act of a ledger, and what tells an office's key from others."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING

from ektp_sched.backlog.identity import key_path, read_key

if TYPE_CHECKING:
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.signature import Signature
    from ektp_sched.ledger import Writer
    from ektp_sched.office import Office


def begin(folder: OfficeFolder, writer: Writer, signature: Signature) -> None:
    """Write the first act of an office's ledger."""
    detail = {
        "office": folder.office.name,
        "key": fingerprint(folder.office),
        "version": version("ektp-sched"),
    }
    signature.write(writer, "begin", detail=detail)


def fingerprint(office: Office) -> str | None:
    """Return what tells the office's key from others, and does not give it away."""
    if office.identity is None:
        return None
    key = read_key(key_path(office))
    return hashlib.sha256(b"ektp-sched ledger\n" + key).hexdigest()[:16]
