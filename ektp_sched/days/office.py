"""The office file is changed, as an act: checked, compared, recorded, put in place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from ektp_sched.backlog.identity import key_path, read_key
from ektp_sched.days.folder import (
    office_file,
    put_recorded,
    settle_office,
    write_waiting,
)
from ektp_sched.documents.seal import digest_of
from ektp_sched.errors import AskedError, LedgerError, OfficeError
from ektp_sched.office import Office, to_toml
from ektp_sched.office.changes import office_changes
from ektp_sched.words import said, typed

if TYPE_CHECKING:
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.signature import Signature
    from ektp_sched.ledger import Reader, Writer
    from ektp_sched.office.changes import Change


_WORKBOOK: Final = b"PK\x03\x04"


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


@dataclass(frozen=True, slots=True)
class NewOffice:
    """An office that is to take the place of another, or did.

    Parameters
    ----------
    office
        What it says; `Office.warnings` says what is probably not meant.
    raw
        Its file, in the form of the one that is there.
    changes
        What it says otherwise.
    act
        Number of the act; None where nothing was recorded.
    """

    office: Office
    raw: bytes
    changes: tuple[Change, ...]
    act: int | None = None


def read_new(folder: OfficeFolder, new: bytes | Path) -> NewOffice:
    """Check a new office file, and compare it with the one that is there.

    Parameters
    ----------
    folder
        The office.
    new
        The file, or its content: office.toml or office.xlsx.

    Raises
    ------
    ektp_sched.errors.OfficeError
        It is not what it should be, with every problem found, or of another form than
        the workbook that is there.
    ektp_sched.errors.LedgerError
        It names another ledger.
    """
    target = office_file(folder.path)
    raw = new if isinstance(new, bytes) else new.read_bytes()
    is_workbook = raw.startswith(_WORKBOOK)
    name = "office.xlsx" if is_workbook else "office.toml"
    office = _checked(raw, name) if isinstance(new, bytes) else Office.load(new)
    current = Office.load(target)
    if office.ledger != current.ledger:
        message = said(
            "names another ledger than the office has; move the ledger first{how}, and "
            "write its address into the file by hand",
            "menyebut buku besar lain dari milik kantor; pindahkan dahulu buku "
            "besarnya{how}, lalu tulislah sendiri alamatnya dalam berkas",
            how=typed(
                " with `ektp-sched ledger backup` and `restore`",
                " dengan `ektp-sched ledger backup` lalu `restore`",
            ),
        )
        raise LedgerError(message, file="ledger.url")
    if target.suffix == ".xlsx" and not is_workbook:
        message = said(
            "is a text file, and the office folder has office.xlsx; change that one, "
            "which may hold more than the office",
            "adalah berkas teks, sedangkan folder kantor berisi office.xlsx; ubahlah "
            "yang itu, karena isinya mungkin lebih dari kantor saja",
        )
        raise OfficeError(message, file=name if isinstance(new, bytes) else str(new))
    if target.suffix == ".toml" and is_workbook:
        raw = to_toml(office).encode()
    return NewOffice(office, raw, office_changes(current, office))


def change_office(
    folder: OfficeFolder, new: bytes | Path, signature: Signature, *, rests_on: str
) -> NewOffice:
    """Put a new office file in place of the old one, as an act of the ledger.

    An office without a ledger gets one.

    Parameters
    ----------
    folder
        The office.
    new
        The file, or its content: office.toml or office.xlsx.
    signature
        Who changes it.
    rests_on
        SHA-256 of the file that was read and changed, hexadecimal; of an office that
        was loaded from it, its `source_digest`.

    Returns
    -------
    NewOffice
        With the act; None where the file says what it said, byte by byte.

    Raises
    ------
    ektp_sched.errors.AskedError
        Somebody changed the file meanwhile.
    ektp_sched.errors.FolderError
        The act is written, and the file is open in another program: it is put in place
        as soon as the folder is used again.
    ektp_sched.errors.InputError
        See `read_new`.
    """
    settle_office(folder.path, folder.ledger)
    target = office_file(folder.path)
    with folder.ledger.writing() as writer:
        put_recorded(folder.path, writer)
        before = _digest(target.read_bytes())
        if before != rests_on:
            message = said(
                "was changed by somebody else since it was read; look at what it says "
                "now, and change it once more",
                "sudah diubah orang lain sejak dibaca; lihatlah isinya sekarang, lalu "
                "ubahlah sekali lagi",
            )
            raise AskedError(
                said("{file} {what}", "{file} {what}", file=target.name, what=message),
                asks="overtaken",
            )
        changed = read_new(folder, new)
        digest = _digest(changed.raw)
        if digest == before:
            return changed
        if not writer.number:
            begin(folder, writer, signature)
        detail = {
            "file": target.name,
            "sha256": digest,
            "before": before,
            "keys": [change.key for change in changed.changes],
        }
        act = signature.write(writer, "office", detail=detail)
        write_waiting(folder.path, act.number, changed.raw)
    settle_office(folder.path, folder.ledger)
    return NewOffice(changed.office, changed.raw, changed.changes, act.number)


def refuse_overtaken(folder: OfficeFolder, reader: Reader) -> None:
    """Refuse to go on with an office that an act has changed since it was read.

    Raises
    ------
    ektp_sched.errors.LedgerError
        It has.
    """
    acts = reader.acts("office")
    now = digest_of(office_file(folder.path)) if acts else None
    if acts and acts[-1].detail["sha256"] == now != folder.office.source_digest:
        message = said(
            "was changed (act {act}) while the plan was made; make it once more",
            "diubah (catatan {act}) selama rencana disusun; susunlah sekali lagi",
            act=str(acts[-1].number),
        )
        raise LedgerError(message, file=str(acts[-1].detail["file"]))


def _checked(raw: bytes, name: str) -> Office:
    """Return the office that the bytes of a file say."""
    with TemporaryDirectory() as place:
        path = Path(place, name)
        path.write_bytes(raw)
        try:
            return Office.load(path)
        except OfficeError as error:
            raise OfficeError(
                error.message,
                file=name,
                row=error.row,
                column=error.column,
                sheet=error.sheet,
                problems=error.problems,
            ) from None


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
