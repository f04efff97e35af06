"""Ids that stand for a number of a person and cannot be turned back into it.

The id is the keyed HMAC-SHA256 (RFC 2104) of the number, its first 80 bits
written in Crockford's base 32.  Without the key nobody can try numbers until
one fits, and the key never leaves the office.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.backlog.matching import UNKNOWN, match_ids
from ektp_sched.backlog.numbers import read_numbers
from ektp_sched.errors import BacklogError
from ektp_sched.office.files import read_whole
from ektp_sched.signs import (
    CROCKFORD,
    DIGITS,
    GROUP,
    ID_BYTES,
    ID_FORM,
    ID_LENGTH,
    PRINTED,
    QUEUE_FORM,
    TOLD,
)
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from ektp_sched.office.office import Office

_CROCKFORD: Final = np.frombuffer(CROCKFORD.encode(), np.uint8)
_PRINTED: Final = np.frombuffer(PRINTED.encode(), np.uint8)

QUEUE_HEADINGS: Final = (
    "queuenumber",
    "nomorantrean",
    "noantrean",
    "nomorantrian",
    "noantrian",
)
"""What a column of queue numbers is called, as `fold` makes it."""

_KEY_BYTES: Final = 32
_OF_PLAN: Final = re.compile(r"^(.+)/plans/\d{4}-\d{2}-\d{2}(?:/\d+)?$")
"""Where the office's copy lies in a plan folder of an office folder."""

_BLOCK_BYTES: Final = 64


def make_key(path: str | Path) -> bool:
    """Make a key file that only its owner can read; never replace one.

    Parameters
    ----------
    path
        The file to be made, such as ``identity.key`` beside office.toml.

    Returns
    -------
    bool
        Whether it was made; False if there was one already.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        handle = os.open(path, flags, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_KEY_BYTES) + "\n")
    return True


def key_path(office: Office) -> Path:
    """Return where the office's key lies: beside its file.

    The copy in a plan folder of an office folder has that of the office folder.
    """
    name = "identity.key" if office.identity is None else office.identity.key
    base = office.base or Path()
    beside, above = base / name, _OF_PLAN.search(base.absolute().as_posix())
    if above is None or beside.exists():
        return beside
    return Path(above[1]) / name


def key_is_exposed(path: Path) -> bool:
    """Return whether others than the owner can read the key."""
    others = stat.S_IRWXG | stat.S_IRWXO
    return os.name == "posix" and bool(path.stat().st_mode & others)


def read_key(path: Path) -> bytes:
    """Return the key, 32 bytes or more."""
    missing = said(
        "there is no such key, without which no id can be made from a number; put "
        "the office's own back, as a new one changes every id, or make the first "
        "one with `ektp-sched init`",
        "kunci itu tidak ada, padahal tanpa kunci tidak ada id yang dapat dibuat "
        "dari nomor; kembalikan kunci milik kantor, sebab kunci baru mengubah "
        "semua id, atau buatlah yang pertama dengan `ektp-sched init`",
    )
    own = said("put the office's own key back", "kembalikan kunci milik kantor")
    text = read_whole(path, BacklogError, missing=missing, remedy=own)
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        message = said(
            "it is not hexadecimal, so it is no key; {remedy}",
            "isinya bukan heksadesimal, jadi bukan kunci; {remedy}",
            remedy=own,
        )
        raise BacklogError(message, file=str(path)) from None
    if len(key) < _KEY_BYTES:
        message = said(
            "the key is shorter than {bytes} bytes; put the whole one back",
            "kunci lebih pendek dari {bytes} bita; kembalikan kunci yang utuh",
            bytes=_KEY_BYTES,
        )
        raise BacklogError(message, file=str(path))
    return key


def application_ids(numbers: pl.Series, key: bytes) -> pl.Series:
    """Return 16 letters and digits for each of `read_numbers`; null stays null."""
    distinct = numbers.drop_nulls().unique()
    keyed = _keyed(key)
    # A keyed hash has no columnar form: the one loop here, over distinct numbers.
    texts = distinct.cast(pl.Binary).to_list()
    mac = b"".join([keyed(text)[:ID_BYTES] for text in texts])
    bits = np.unpackbits(np.frombuffer(mac, np.uint8)).reshape(-1, ID_LENGTH, 5)
    letters = _CROCKFORD[bits @ np.array([16, 8, 4, 2, 1], np.uint8)]
    ids = _texts(letters)
    return numbers.replace_strict(distinct, ids, default=None, return_dtype=pl.String)


def id_of_number(number: str, office: Office) -> str | None:
    """Return the id of one person's number, as somebody at the counter says it.

    Blanks, dots and apostrophes do not matter.  None if it is no number, or the office
    makes no ids from numbers, or its key is not beside it.
    """
    if office.identity is None or not key_path(office).exists():
        return None
    if not is_number(number):
        return None
    value = read_numbers(pl.Series([number], dtype=pl.String)).values
    return str(application_ids(value, read_key(key_path(office)))[0])


def is_number(text: str) -> bool:
    """Return whether a text is the number of a person, however it is written."""
    return bool(whole_numbers(pl.Series([text], dtype=pl.String)).all())


def whole_numbers(texts: pl.Series) -> pl.Series:
    """Return which texts are numbers of persons, however written, boolean."""
    # A text with letters is none, which is quickly seen.
    bare = texts.set(texts.str.contains("[A-Za-z]").fill_null(value=False), None)
    numbers = read_numbers(bare).values
    return numbers.str.contains(rf"^\d{{{DIGITS}}}$").fill_null(value=False)


def is_made(texts: pl.Series) -> pl.Series:
    """Return which texts have the form of a made id or queue number, boolean."""
    form = _bare(texts)
    made = form.str.contains(QUEUE_FORM) | form.str.contains(ID_FORM)
    return (made & form.str.contains(r"\D")).fill_null(value=False)


def _keyed(key: bytes) -> Callable[[bytes], bytes]:
    """Return HMAC-SHA256 with the two hashes of the key made once."""
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    block = key.ljust(_BLOCK_BYTES, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block)).copy
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block)).copy

    def keyed(text: bytes) -> bytes:
        first, second = inner(), outer()
        first.update(text)
        second.update(first.digest())
        return second.digest()

    return keyed


def queue_numbers(ids: pl.Series) -> pl.Series:
    """Return the short number of each application, such as BKR4T-9WXHD.

    Ten of 25 signs from the first 60 bits of the id: among a million
    applications two share one with a chance of one in two hundred.
    """
    if ids.is_empty():
        return pl.Series([], dtype=pl.String)
    signs = np.frombuffer("".join(ids.to_list()).encode(), np.uint8)
    values = np.searchsorted(_CROCKFORD, signs.reshape(-1, ID_LENGTH)[:, :TOLD])
    rest = np.zeros(len(ids), np.int64)
    for column in values.T:
        rest = rest * 32 + column
    letters = np.full((len(ids), 2 * GROUP + 1), ord("-"), np.uint8)
    for at in (*range(GROUP), *range(GROUP + 1, 2 * GROUP + 1)):
        rest, digit = np.divmod(rest, len(_PRINTED))
        letters[:, at] = _PRINTED[digit]
    return _texts(letters)


def ids_of(names: pl.Series, *frames: pl.DataFrame) -> pl.Series:
    """Return ids where a queue number stands in place of one; see `Named.ids_of`."""
    return Named(*frames).ids_of(names)


class Named:
    """Applications by their ids and queue numbers.

    Parameters
    ----------
    frames
        With a column application_id.  Applications without a column queue_number have
        one where their ids were made from numbers of persons.
    """

    def __init__(self, *frames: pl.DataFrame) -> None:
        self._frames = frames

    @cached_property
    def ids(self) -> pl.Series:
        """Return the ids, each once, in the order of the frames."""
        ids = pl.concat([frame["application_id"] for frame in self._frames])
        return ids if len(self._frames) == 1 else ids.unique(maintain_order=True)

    @cached_property
    def _numbers(self) -> pl.Series:
        """Return the number of each id without its dash; null where it has none."""
        numbers = pl.concat([_numbers(frame) for frame in self._frames])
        if len(self._frames) == 1:
            return numbers
        ids = pl.concat([frame["application_id"] for frame in self._frames])
        return numbers.filter(ids.is_first_distinct())

    def rows_of(self, names: pl.Series) -> pl.Series:
        """Return which of the ids a name stands for, int64; null for none.

        A name is an id, or a queue number with letters of any case, with or without the
        dash; a number that two applications share stands for none.
        """
        at = np.full(len(names), UNKNOWN, dtype=np.int64)
        form = _bare(names)
        suspect = form.str.contains(QUEUE_FORM).fill_null(value=False)
        numbers = form.filter(suspect).unique()
        if len(numbers) and self._numbers.count():
            owner = match_ids(self._numbers, numbers)
            rows = np.flatnonzero(owner != UNKNOWN)
            row = np.full(len(numbers), UNKNOWN, dtype=np.int64)
            row[owner[rows]] = rows
            row[np.bincount(owner[rows], minlength=len(numbers)) > 1] = UNKNOWN
            at[suspect.to_numpy()] = row[match_ids(form.filter(suspect), numbers)]
        rest = np.flatnonzero(at == UNKNOWN)
        at[rest] = match_ids(names.gather(rest), self.ids)
        person = pl.Series(at)
        return person.set(person == UNKNOWN, None)

    def ids_of(self, names: pl.Series) -> pl.Series:
        """Return ids where a queue number stands in place of one.

        What is neither id nor number stays as it is.
        """
        suspect = _bare(names).str.contains(QUEUE_FORM).fill_null(value=False)
        if not suspect.any():
            return names
        numbers = names.filter(suspect)
        ids = self.ids.gather(self.rows_of(numbers)).fill_null(numbers)
        return names.scatter(suspect.arg_true(), ids)


def _bare(names: pl.Series) -> pl.Series:
    """Return names as queue numbers are compared."""
    return names.str.to_uppercase().str.replace_all(r"[\s-]", "")


def _numbers(frame: pl.DataFrame) -> pl.Series:
    """Return the queue number of each application without its dash."""
    if "queue_number" in frame.columns:
        numbers = frame["queue_number"]
    else:
        ids = frame["application_id"]
        made = ids.str.contains(ID_FORM).fill_null(value=False)
        numbers = pl.repeat(None, len(ids), dtype=pl.String, eager=True)
        numbers = numbers.scatter(made.arg_true(), queue_numbers(ids.filter(made)))
    return numbers.str.replace_all("-", "", literal=True)


def _texts(letters: np.ndarray) -> pl.Series:
    """Return rows of ASCII codes as text."""
    lines = np.full((letters.shape[0], letters.shape[1] + 1), ord("\n"), np.uint8)
    lines[:, :-1] = letters
    return pl.Series(lines.tobytes().decode().split("\n")[:-1], dtype=pl.String)
