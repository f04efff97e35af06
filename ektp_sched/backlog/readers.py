"""From a file's bytes to a table, whatever kind of file it is."""

from __future__ import annotations

import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.delimited import read_delimited
from ektp_sched.backlog.table import Table, tabulate
from ektp_sched.backlog.texts import readable
from ektp_sched.backlog.workbooks import read_workbook
from ektp_sched.errors import BacklogError
from ektp_sched.office.files import read_whole
from ektp_sched.office.looked import TOO_HARD, RefusedError
from ektp_sched.office.trial import Trial
from ektp_sched.readers import Installed, reader_of
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path


_NO_PARQUET: Final = said(
    "is no whole Parquet file; it may be cut off: export it again",
    "bukan berkas Parquet yang utuh, mungkin terpotong; ekspor ulang",
)


_ENDINGS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xlsb": "workbook",
    ".xls": "workbook",
    ".ods": "workbook",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_MAGIC: Final = (
    (b"PK\x03\x04", "workbook"),
    (b"\xd0\xcf\x11\xe0", "workbook"),
    (b"PAR1", "parquet"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
)
_WHAT: Final = {
    "workbook": said(
        "a workbook or another ZIP archive", "berkas Excel atau arsip ZIP"
    ),
    "parquet": said("a Parquet file", "berkas Parquet"),
    "pdf": said("a PDF document", "dokumen PDF"),
    "gzip": said("a gzip archive", "arsip gzip"),
}
_REMEDY: Final = {
    "workbook": said("give it the ending .xlsx", "beri akhiran .xlsx"),
    "parquet": said("give it the ending .parquet", "beri akhiran .parquet"),
}
_SAVE: Final = said("save it as .xlsx or .csv", "simpan sebagai .xlsx atau .csv")
_WEB_PAGE: Final = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|meta|style|\?xml)", re.I
)
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_CSV_LINE: Final = re.compile(r"[^\0-\x08\x0e-\x1f]*[,;\t][^\0-\x08\x0e-\x1f]*")
_HEAD: Final = 4096
_BEFORE_TEXT: Final = b"\xef\xbb\xbf \t\r\n"


def read_parquet(data: bytes) -> pl.DataFrame:
    """Read a Parquet file, first in a process that may die of it.

    `RefusedError` if it is damaged, or too large for the memory that there is.
    """
    trial = Trial("parquet", data)
    try:
        survived = trial.survived()
        if not survived:
            raise RefusedError(_NO_PARQUET if survived is False else TOO_HARD)
        return pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise RefusedError(_NO_PARQUET) from None
    except MemoryError:
        raise RefusedError(TOO_HARD) from None
    finally:
        trial.stop()


def _bytes(path: Path) -> bytes:
    """Return a file's bytes."""
    data = read_whole(
        path,
        BacklogError,
        folder=said(
            "is a folder; name the file with the export, such as backlog.csv",
            "adalah folder; sebutkan berkas ekspornya, misalnya backlog.csv",
        ),
        missing=said(
            "there is no such file; name an export in CSV, XLSX or Parquet",
            "berkas itu tidak ada; sebutkan ekspor berupa CSV, XLSX, atau Parquet",
        ),
    )
    if not data[:_HEAD].strip() and not data.strip():
        raise BacklogError(
            said(
                "is empty; the first row must hold the headings",
                "kosong; baris pertama harus berisi judul kolom",
            ),
            file=str(path),
        )
    return data


def kind_of(path: Path, data: bytes) -> str:
    """Return csv, workbook or parquet, by ending and by how the file begins."""
    ending = path.suffix.lower()
    expected = _ENDINGS.get(ending)
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if kind is not None and kind == (expected or kind) and kind in _REMEDY:
        return kind
    if kind is not None:
        sentence = said(
            "is {what}, not what its name says; {remedy}",
            "ternyata {what}, tidak seperti namanya; {remedy}",
            what=_WHAT[kind],
            remedy=_REMEDY.get(kind, _SAVE),
        )
    elif expected == "workbook" and _WEB_PAGE.match(data.lstrip(_BEFORE_TEXT)):
        sentence = said(
            "is a web page with a table, not the workbook that its name says; open it "
            "in Excel and save it as .xlsx",
            "ternyata halaman web berisi tabel, bukan berkas Excel seperti namanya; "
            "buka di Excel lalu simpan sebagai .xlsx",
        )
    elif expected == "workbook" and _is_separated_text(data):
        sentence = said(
            "is a text file (CSV), not the workbook that its name says; give it the "
            "ending .csv",
            "ternyata berkas teks (CSV), bukan berkas Excel seperti namanya; beri "
            "akhiran .csv",
        )
    elif expected == "workbook":
        sentence = said(
            "is not a workbook, or is damaged; export it again",
            "bukan berkas Excel, atau rusak; ekspor ulang",
        )
    elif expected == "parquet":
        sentence = said(
            "is not a Parquet file, or is damaged; export it again",
            "bukan berkas Parquet, atau rusak; ekspor ulang",
        )
    else:
        return "csv"
    raise BacklogError(sentence, file=str(path))


def _is_separated_text(data: bytes) -> bool:
    """Return whether the first line is text with a separator in it."""
    text = "utf-16" if data[:2] in _UTF16 else "cp1252"
    first = data[:_HEAD].decode(text, errors="replace").lstrip().split("\n")[0]
    return bool(_CSV_LINE.fullmatch(first))


def read_table(
    path: Path, known: AbstractSet[str], *, several: bool = False
) -> tuple[Table, str]:
    """Read a sheet from CSV, a workbook or Parquet, and the SHA-256 of its bytes.

    A file with an ending of none of these is first shown to the readers of other
    systems' exports.  The digest is in hexadecimal.  Headings that are looked for, as
    `fold` makes them, tell the separator of a CSV file, and where in a workbook the
    heading is.  With ``several`` sheets of a workbook with the same headings are read
    as one.
    """
    data = _bytes(path)
    with ThreadPoolExecutor(1) as aside:
        digest = aside.submit(lambda: hashlib.sha256(data).hexdigest())
        table = None if path.suffix.lower() in _ENDINGS else _records(path, data)
        if table is None:
            kind = kind_of(path, data)
            table = _read(kind, data, str(path), known, several=several)
    return table, digest.result()


def _records(path: Path, data: bytes) -> Table | None:
    """Return what a reader of another system's export reads; None if none knows it."""
    try:
        reader = reader_of(path.name, data)
        return None if reader is None else _tabulated(reader, data)
    except BacklogError as error:
        message, row, column = error.message, error.row, error.column
        raise BacklogError(message, file=str(path), row=row, column=column) from error


def _tabulated(reader: Installed, data: bytes) -> Table:
    records = reader.read(data)
    frame = readable(records.frame)
    return Table(
        frame.rename({name: str(at) for at, name in enumerate(frame.columns)}),
        tuple(frame.columns),
        records.places,
        records.places.clear(),
        read_as={"reader": str(reader)},
        are_records=True,
    )


def _read(
    kind: str, data: bytes, name: str, known: AbstractSet[str], *, several: bool
) -> Table:
    if kind == "workbook":
        return read_workbook(data, name, known, several=several)
    if kind == "parquet":
        return _read_parquet(data, name)
    return read_delimited(data, name, known)


def _read_parquet(data: bytes, name: str) -> Table:
    try:
        frame = read_parquet(data)
    except RefusedError as refused:
        raise BacklogError(refused.sentence, file=name) from None
    return tabulate(readable(frame), frame.columns, first_row=2)
