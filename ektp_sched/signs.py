"""The signs that ids and queue numbers are made of, one at a time.

Nothing heavy is loaded: whoever asks for one person at the counter waits for no
tables.  `ektp_sched.backlog.identity` does the same for columns.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Signs of an id, five bits each."""

PRINTED: Final = "BCDFGHJKMNPQRSTVWXYZ34679"
"""25 signs that survive a bad printer and a telephone, and spell no words."""

ID_LENGTH: Final = 16
ID_BYTES: Final = 10
ID_FORM: Final = rf"^[0-9A-HJKMNP-TV-Z]{{{ID_LENGTH}}}$"
"""What an id made from a number looks like, as a regular expression."""

TOLD: Final = 12
"""Signs of an id that its queue number is made of."""

GROUP: Final = 5
QUEUE_FORM: Final = rf"^[{PRINTED}]{{{2 * GROUP}}}$"
"""A queue number without its dash, as a regular expression."""

DIGITS: Final = 16
"""Digits of a number (NIK) and of a family's number (NO_KK)."""

_APART: Final = re.compile(r"[\s'\u2018\u2019\u02bc.,-]")
_CHOICES: Final = len(PRINTED) ** (2 * GROUP)
_PAIRS: Final = tuple(a + b for a in CROCKFORD for b in CROCKFORD)


def whole_number(text: str) -> str | None:
    """Return the digits of a person's number, None for what is none."""
    bare = _APART.sub("", text)
    is_number = re.fullmatch(rf"[0-9]{{{DIGITS}}}", bare) and bare[-3:] != "000"
    return bare if is_number else None


def made_id(number: str, key: bytes) -> str:
    """Return the id that a key makes of a person's number."""
    bits = int.from_bytes(hmac.digest(key, number.encode(), "sha256")[:ID_BYTES])
    steps = range(5 * (ID_LENGTH - 1), -1, -5)
    return "".join(CROCKFORD[bits >> step & 31] for step in steps)


def queue_number(made: str) -> str:
    """Return the short number of an id, such as BKR4T-9WXHD."""
    rest = 0
    for sign in made[:TOLD]:
        rest = rest * len(CROCKFORD) + CROCKFORD.index(sign)
    signs = ""
    for _ in range(2 * GROUP):
        rest, digit = divmod(rest, len(PRINTED))
        signs += PRINTED[digit]
    return f"{signs[:GROUP]}-{signs[GROUP:]}"


def ids_begin(number: str) -> list[str]:
    """Return how the ids begin whose queue number this may be; none for no number.

    Letters of any case, with or without the dash: 12,000 times `TOLD` signs, in order.
    """
    bare = re.sub(r"[\s-]", "", number).upper()
    if not re.match(QUEUE_FORM, bare):
        return []
    value = 0
    for sign in reversed(bare):
        value = value * len(PRINTED) + PRINTED.index(sign)
    return [
        _PAIRS[bits >> 50]
        + _PAIRS[bits >> 40 & 1023]
        + _PAIRS[bits >> 30 & 1023]
        + _PAIRS[bits >> 20 & 1023]
        + _PAIRS[bits >> 10 & 1023]
        + _PAIRS[bits & 1023]
        for bits in range(value, 1 << 5 * TOLD, _CHOICES)
    ]
