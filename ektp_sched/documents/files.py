"""JSON files of a folder: written for people and diffs, read with suspicion."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from ektp_sched.errors import FolderError
from ektp_sched.office.files import ordinary_bytes, read_whole
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from pathlib import Path

_WRONG: Final = {
    "missing": "kunci ini tidak ada",
    "json_invalid": "bukan JSON yang utuh",
}
"""Kinds of damage as pydantic names them, for a reader of Indonesian."""

Document = TypeVar("Document")


@cache
def form_of(kind: Any) -> TypeAdapter[Any]:
    """Return how a document is read and written."""
    return TypeAdapter(kind)


class RepeatedKeyError(ValueError):
    """A key stands twice in one object: readers would not agree on its value."""


def json_text(content: dict[str, Any]) -> str:
    """Return JSON as the folder's files hold it: UTF-8, two spaces, LF."""
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plain_json(raw: bytes) -> Any:
    """Return what JSON holds; it raises ValueError or RecursionError if it is none."""
    return json.loads(raw, object_pairs_hook=_each_once)


def json_file(path: Path) -> Any:
    """Return what a JSON file holds; it raises OSError too."""
    return plain_json(ordinary_bytes(path))


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        message = said("a key stands in it twice", "ada kunci yang tertulis dua kali")
        raise RepeatedKeyError(message)
    return content


def read_file(path: Path) -> bytes:
    """Read one file of a plan folder whole; pipes and devices may never end.

    Raises
    ------
    ektp_sched.errors.FolderError
        If it is missing, no ordinary file, or cannot be read.
    """
    return read_whole(
        path,
        FolderError,
        missing=said(
            "is missing; name a folder that `ektp-sched plan` wrote",
            "tidak ada; sebutkan folder yang ditulis `ektp-sched plan`",
        ),
        folder=said(
            "is no ordinary file; name a folder that `ektp-sched plan` wrote",
            "bukan berkas biasa; sebutkan folder yang ditulis `ektp-sched plan`",
        ),
        remedy=said(
            "name a folder that you may read", "sebutkan folder yang boleh Anda baca"
        ),
    )


def read_json(
    path: Path, raw: bytes, kind: type[Document], context: object = None
) -> tuple[Document, Any]:
    """Return a document, and its file as plain JSON.

    Raises
    ------
    ektp_sched.errors.FolderError
        Naming the file and the key, if it is damaged.
    """
    try:
        form: TypeAdapter[Document] = form_of(kind)  # type: ignore[arg-type]
        document = form.validate_json(raw, strict=True, context=context)
        return document, plain_json(raw)
    except (ValidationError, RepeatedKeyError) as error:
        again = said("write the plan again", "susun rencananya lagi")
        raise damaged(error, str(path), again) from None


def damaged(
    error: ValidationError | RepeatedKeyError, file: str, again: Said
) -> FolderError:
    """Return that a file does not hold what it must, naming the first wrong key."""
    key = None
    if isinstance(error, RepeatedKeyError):
        why = error.args[0]
    else:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or None
        own = first.get("ctx", {}).get("error")
        why = own.args[0] if isinstance(own, ValueError) else None
        if not isinstance(why, Said):
            english = first["msg"][:1].lower() + first["msg"][1:]
            why = Said(english, _WRONG.get(first["type"], "isinya tidak sesuai"))
    message = said(
        "is damaged ({why}); {again}", "rusak ({why}); {again}", why=why, again=again
    )
    return FolderError(message, file=file, column=key)
