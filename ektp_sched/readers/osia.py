"""Requests for a card as OSIA's interface of a credential management system has them.

One request is a ``CredentialRequest`` of OSIA's specification (Open Standards Identity
APIs, release 7.1, ``cms.yaml`` 1.3.0), whose ``requestData`` has a ``priority`` from 0
to 9, the highest, a ``credentialProfileId``, ``requestType`` and ``deliveryOffice``;
these may as well stand in the request itself.  The specification has no time of the
request: it is read from ``time``, beside the others or in ``requestData.others``.

A file holds one array of requests or a request on each line.  What is known of the
person (``personId``, ``biographicData``, ``biometricData``) is never taken from it.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl
from pydantic_core import from_json

from ektp_sched.errors import BacklogError
from ektp_sched.readers.protocol import Records
from ektp_sched.words import said

__all__ = ["read", "reads"]

_ENDINGS: Final = (".json", ".jsonl", ".ndjson")
_DATA: Final = dict.fromkeys(
    ("priority", "credentialProfileId", "requestType", "deliveryOffice", "time"),
    pl.String,
)
_OTHERS: Final = pl.Struct({"time": pl.String})
_REQUEST: Final = pl.Struct(
    {
        "credentialRequestId": pl.String,
        "id": pl.String,
        "status": pl.String,
        **_DATA,
        "requestData": pl.Struct({**_DATA, "others": _OTHERS}),
    }
)
_PLACE: Final = re.compile(r"line (\d+) column (\d+)")


def reads(name: str, data: bytes) -> bool:
    """Return whether a file is JSON with requests in it."""
    return name.lower().endswith(_ENDINGS) and b'"credentialProfileId"' in data


def read(data: bytes) -> Records:
    """Return the requests of a file in its order; `BacklogError` if they are none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BacklogError(
            said("is not in UTF-8; export it again", "bukan UTF-8; ekspor ulang")
        ) from None
    is_array = text.lstrip().startswith("[")
    parts = pl.Series([text] if is_array else text.split("\n"))
    rows = pl.int_range(1, len(parts) + 1, eager=True)
    filled = parts.str.strip_chars() != ""
    parts, rows = parts.filter(filled), rows.filter(filled)
    try:
        if is_array:
            requests = parts.str.json_decode(pl.List(_REQUEST))
            return Records(_columns(requests.explode(empty_as_null=False)))
        return Records(_columns(parts.str.json_decode(_REQUEST)), rows)
    except pl.exceptions.ComputeError:
        raise _refusal(parts, rows, is_array=is_array) from None


def _columns(requests: pl.Series) -> pl.DataFrame:
    """Return requests in the columns of a backlog."""
    request = requests.struct.unnest()
    data = request["requestData"].struct.unnest()
    told = {name: data[name].fill_null(request[name]) for name in _DATA}
    time = told["time"].fill_null(data["others"].struct.field("time"))
    frame = pl.DataFrame(
        {
            "application_id": request["credentialRequestId"].fill_null(request["id"]),
            "waiting_since": time,
            "recorded_at": time,
            "card": told["credentialProfileId"],
            "area": told["deliveryOffice"],
            "status": request["status"],
            "priority": told["priority"],
            "requestType": told["requestType"],
        }
    )
    # Where nobody has a status, none decides what can be printed.
    return frame if request["status"].count() else frame.drop("status")


def _refusal(parts: pl.Series, rows: pl.Series, *, is_array: bool) -> BacklogError:
    """Say where the first thing stands that is no request."""
    for part, row in zip(parts, rows, strict=True):
        try:
            value = from_json(part)
        except ValueError as error:
            return _no_json(str(error), None if is_array else row)
        for at, request in enumerate(value if is_array else [value], row):
            if not _fits(request, _REQUEST):
                return BacklogError(
                    said(
                        "is no request as OSIA's CredentialRequest has it; export it "
                        "again",
                        "bukan permohonan menurut CredentialRequest OSIA; ekspor ulang",
                    ),
                    row=at,
                )
    return _no_json("", None)


def _no_json(reason: str, row: int | None) -> BacklogError:
    place = _PLACE.search(reason)
    if row is None and place is not None:
        sentence = said(
            "is no JSON, or cut off, in line {line} after sign {sign}; export it again",
            "bukan JSON, atau terpotong, di baris {line} sesudah karakter ke-{sign}; "
            "ekspor ulang",
            line=place[1],
            sign=place[2],
        )
        return BacklogError(sentence)
    sentence = said(
        "is no JSON, neither one array nor an object on each line; export it again",
        "bukan JSON, baik satu larik maupun satu objek per baris; ekspor ulang",
    )
    return BacklogError(sentence, row=row)


def _fits(value: object, kind: object) -> bool:
    """Return whether JSON has the form that a column needs; nothing always has."""
    if not isinstance(kind, pl.Struct):
        return not isinstance(value, dict | list)
    if value is None:
        return True
    return isinstance(value, dict) and all(
        _fits(value.get(field.name), field.dtype) for field in kind.fields
    )
