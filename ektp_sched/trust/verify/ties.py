"""Check that the public tie-break is kept wherever the tiers leave a choice.

Two applications that are each still allowed the other's slot could exchange
them at no cost in any tier; then the earlier in the tie-break must have the
earlier day.  Not being printed counts as the day after the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.keys import distinct, distinct_rows
from ektp_sched.people.order import PublicOrder
from ektp_sched.people.standing import left_of
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings
    from ektp_sched.trust.proof.face import Face


_LATE: Final = np.iinfo(np.int64).max
PASSED_IN_TIE: Final = said(
    "The application comes first in the tie-break, but another that could have "
    "exchanged with it is printed earlier.",
    "Menurut aturan seri permohonan ini didahulukan, tetapi permohonan lain yang dapat "
    "bertukar dengannya dicetak lebih awal.",
)
"""Sentence of ``tie-break``."""


@dataclass(frozen=True, slots=True)
class _Slots:
    """Slots used: all paths of a day that the same applications may use.

    ``column`` is each slot's column in the masks, ``day`` its day, ``open``
    which access may use it, shape (slots, accesses); the last slot is "not
    printed".  ``of`` is the slot of each application.
    """

    column: Ints
    day: Ints
    open: Bools
    of: Ints


def check_ties_in_groups(facts: Facts, findings: Findings) -> None:
    """Check the tie-break among interchangeable applications."""
    groups = facts.groups
    day = facts.printed.astype(np.int64)
    first = np.full(len(groups), facts.days, dtype=np.int64)
    last = np.zeros(len(groups), dtype=np.int64)
    np.minimum.at(first, groups.member, day)
    np.maximum.at(last, groups.member, day)
    split = np.flatnonzero((first < last)[groups.member])
    if not len(split):
        return
    place = PublicOrder.of(facts.frame, facts.office).ranked(split)
    order = split[np.lexsort((place, groups.member[split]))]
    same = groups.member[order][1:] == groups.member[order][:-1]
    wrong = same & (day[order][1:] < day[order][:-1])
    ids = facts.frame["application_id"]
    for (row,) in findings.places("tie-break", wrong):
        passed = int(order[row])
        findings.add(
            "tie-break", PASSED_IN_TIE, application_id=ids[passed], day=int(day[passed])
        )


def check_ties(facts: Facts, face: Face, findings: Findings) -> None:
    """Check the tie-break wherever the certificate leaves a choice."""
    slots = _used_slots(facts, face)
    mask = face.mask[face.groups.member]
    wide = face.masks.sum(axis=1) > 1
    kept_apart = _scarce(facts)[face.stock][face.access]
    for stock in np.unique(kept_apart[wide]).tolist():
        chosen = np.flatnonzero((wide & (kept_apart == stock))[mask])
        _check_exchanges(facts, face, slots, mask, chosen, findings)


def _scarce(facts: Facts) -> Ints:
    """Return for each card type its index where blanks are used up, else -1.

    The last entry, which index -1 finds, stands for unlimited blanks.
    """
    used_up = (left_of(facts).blanks == 0).any(axis=1)
    return np.append(np.where(used_up, np.arange(len(used_up)), -1), -1)


def _used_slots(facts: Facts, face: Face) -> _Slots:
    rows, days = facts.rows, facts.days
    shape = face.paths.shape[1:]
    column = face.positions(days)[rows.day]
    path = (column * shape[1] + rows.printer) * shape[2] + rows.server
    size = int(np.prod(shape))
    used = distinct(path, max(1, size))
    flat = face.paths.reshape(len(face.paths), size)[:, used].T
    _, kind = distinct_rows(flat)
    width = int(kind.max(initial=0)) + 1
    slot_key = used // (shape[1] * shape[2]) * width + kind
    keys, number = np.unique(slot_key, return_inverse=True)
    example = np.zeros(len(keys), dtype=np.int64)
    example[number.reshape(-1)] = np.arange(len(used))
    table = np.zeros(max(1, size), dtype=np.int64)
    table[used] = number.reshape(-1)
    of = np.full(facts.frame.height, len(keys), dtype=np.int64)
    of[rows.application] = table[path]
    columns = np.append(keys // width, len(face.days))
    stays = np.ones((1, len(face.paths)), dtype=bool)
    return _Slots(
        column=columns,
        day=np.append(face.days, days)[columns],
        open=np.concatenate([flat[example], stays]),
        of=of,
    )


def _check_exchanges(
    facts: Facts,
    face: Face,
    slots: _Slots,
    mask: Ints,
    chosen: Ints,
    findings: Findings,
) -> None:
    """Compare, for two slots, the last on the one with the first on the other.

    Those compared are the applications that may use both slots.
    """
    width = len(slots.day)
    key = mask[chosen] * width + slots.of[chosen]
    held = distinct(key, len(face.masks) * width)
    owner, slot = held // width, held % width
    allowed = face.masks[owner][:, slots.column] & slots.open[:, face.access[owner]].T
    either = np.zeros((width, width), dtype=bool)
    for index in np.unique(slot).tolist():
        either[index] = allowed[slot == index].any(axis=0)
    either &= either.T & (slots.day[:, None] != slots.day)
    if not either.any():
        return
    matters: Bools = np.asarray((allowed & either[slot]).any(axis=1))
    cell = np.searchsorted(held, key)
    asked = matters[cell]
    people = chosen[asked]
    place = PublicOrder.of(facts.frame, facts.office).ranked(people)
    latest = np.full(len(held), -1, dtype=np.int64)
    earliest = np.full(len(held), _LATE, dtype=np.int64)
    np.maximum.at(latest, cell[asked], place)
    np.minimum.at(earliest, cell[asked], place)
    has = np.full((width, width), -1, dtype=np.int64)
    wants = np.full((width, width), _LATE, dtype=np.int64)
    for index in np.unique(slot[matters]).tolist():
        here = slot == index
        free = allowed[here]
        has[index] = np.where(free, latest[here][:, None], -1).max(axis=0)
        wants[:, index] = np.where(free, earliest[here][:, None], _LATE).min(axis=0)
    wrong = either & (slots.day[:, None] < slots.day) & (has > wants)
    by_place = np.empty(len(people), dtype=np.int64)
    by_place[place] = people
    ids = facts.frame["application_id"]
    for first, second in findings.places("tie-break", wrong):
        passed = int(by_place[wants[first, second]])
        findings.add(
            "tie-break",
            PASSED_IN_TIE,
            application_id=ids[passed],
            day=int(slots.day[first]),
        )
