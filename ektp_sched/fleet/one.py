"""One office of many: its part in, its plan folder out, whichever process does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from ektp_sched.documents.seal import SUMMARY, changed_names
from ektp_sched.documents.summary import PROGRAM
from ektp_sched.errors import FolderError
from ektp_sched.failures import failure
from ektp_sched.fleet.claims import with_blanks
from ektp_sched.fleet.offices import is_key, office_for
from ektp_sched.fleet.parts import read_part
from ektp_sched.output import save
from ektp_sched.output.languages import language
from ektp_sched.planning import plan
from ektp_sched.words import LANGUAGES, Said, said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from ektp_sched.office import Office


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done for one office: names and paths, and nobody's data.

    Parameters
    ----------
    key, part
        Of the office, and the file with its applications.
    offices
        Folder with what offices say of themselves.
    out
        Plan folder to write.
    start, days
        First day, and calendar days to plan; None: until everybody is printed.
    max_rejects
        Share of rows, 0 to 1, that may be unusable.
    sheets
        Whether to write workbooks and the page of each office too.
    may_keep
        Whether a plan that is there was ordered alike.
    force
        Whether a plan that somebody changed is replaced.
    blanks
        Day and number of each lot of blanks that it gets; None: what it has.
    """

    key: str
    part: Path
    offices: Path
    out: Path
    start: date
    days: int | None
    max_rejects: float
    sheets: bool
    may_keep: bool
    force: bool
    blanks: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one office.

    Parameters
    ----------
    key
        Of the office.
    state
        ``planned`` now; ``kept``, as nothing had changed since; ``failed``.
    summary
        The office's summary.json; empty where it failed.
    why
        Why it failed; None if it did not.
    """

    key: str
    state: Literal["planned", "kept", "failed"]
    summary: Mapping[str, Any]
    why: Said | None = None


def plan_office(order: Order) -> Outcome:
    """Plan, verify and save one office; a failure is an outcome, never an exception.

    Its folder is put in place whole or not at all.  One that this program wrote of the
    same applications, office, day and horizon, and that nobody has changed, is kept.
    """
    try:
        if not is_key(order.key):
            message = said(
                "an office's key must be letters, digits, spaces, . _ -, at most 60",
                "kunci kantor harus huruf, angka, spasi, . _ -, paling banyak 60",
            )
            raise FolderError(message, file=order.part.name)
        office = office_for(order.offices, order.key)
        if order.blanks is not None:
            office = with_blanks(office, order.start, order.blanks)
        raw = order.part.read_bytes()
        digest = sha256(raw).hexdigest()
        kept = _kept(order, digest, office) if order.may_keep else None
        if kept is not None:
            return Outcome(order.key, "kept", kept)
        made = plan(
            read_part(order.part, raw, office, order.max_rejects),
            office,
            start=order.start,
            days=order.days,
        )
        if made.conflict:
            english, indonesian = (
                language(code).conflict(made.conflict[0]) for code in LANGUAGES
            )
            return Outcome(order.key, "failed", {}, Said(english, indonesian))
        save(made, order.out, xlsx=order.sheets, report=order.sheets, force=order.force)
        return Outcome(order.key, "planned", _summary(order.out))
    except Exception as error:  # one office never stops the others
        return Outcome(order.key, "failed", {}, failure(error).sentence)


def _summary(folder: Path) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads((folder / SUMMARY).read_bytes())
    return document


def _kept(order: Order, digest: str, office: Office) -> Mapping[str, Any] | None:
    """Return the summary of a plan that is there already and would be the same."""
    try:
        document = _summary(order.out)
        digests = {"backlog": digest, "office": office.source_digest}
        is_same = (
            document["program"] == PROGRAM
            and document["digests"] == digests
            and document["start"] == order.start.isoformat()
        )
        is_whole = is_same and not changed_names(order.out, {**document}, SUMMARY)
        return document if is_whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
