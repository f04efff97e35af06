"""What needs no solver to see: that a plan called optimal can be bettered at once.

A plan without a certificate is optimal on a solver's word.  Whatever its rules,
these must not be possible in it: two cards exchange their slots, a card moves to
an earlier slot that is free, a few cards move one after the other, a shift is not
worked that nobody needs, or one more is, and every rule is kept and the tiers, in
their order, come to less.  Nor may two
whose exchange keeps every rule and every tier stand against the tie-break.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.office import capacity
from ektp_sched.people.blanks import blanks_of
from ektp_sched.people.keys import counted
from ektp_sched.people.order import PublicOrder
from ektp_sched.people.standing import left_of, machine_room
from ektp_sched.rules import CAPACITY, PRINTER_SUPPLIES, RESERVE
from ektp_sched.rules.tiers import DATES, FROZEN, MOVED
from ektp_sched.trust.counts.moves import FREE, BlankMoves, Moves
from ektp_sched.trust.fairness.cells import cells_of, costs_on
from ektp_sched.trust.verify.chains import better_chain, useful_shift
from ektp_sched.trust.verify.tiers import priced
from ektp_sched.trust.verify.ties import PASSED_IN_TIE
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.fairness.cells import Cells, Sorts
    from ektp_sched.trust.findings import Findings


_LATE: Final = np.iinfo(np.int64).max


def check_improvements(facts: Facts, findings: Findings) -> None:
    """Check a plan that is called optimal without a certificate."""
    before = len(findings.violations)
    cells, sorts, cell = cells_of(facts)
    _check_exchanges(facts, cells, sorts, cell, findings)
    _check_free_slots(facts, cells, sorts, cell, findings)
    if len(findings.violations) == before:
        _check_chains(facts, findings)
    check_shift_choice(facts, findings)


def check_shift_choice(facts: Facts, findings: Findings) -> None:
    """Check that no shift is idle, and that none is missing that plainly helps."""
    _check_idle_shifts(facts, findings)
    _check_useful_shifts(facts, findings)


def _check_chains(facts: Facts, findings: Findings) -> None:
    """Check that no few cards that move one after the other better the tiers."""
    chain = better_chain(facts)
    if chain is None:
        return
    application, day = chain
    findings.add(
        "better-chain",
        said(
            "The plan is called optimal, but if a few cards moved to slots that are "
            "free or become so, this application could be printed on {day}, every "
            "rule would be kept and the tiers would be better.",
            "Rencana ini disebut optimal, tetapi bila beberapa kartu pindah ke tempat "
            "yang kosong atau menjadi kosong, permohonan ini dapat dicetak pada "
            "{day}, semua aturan tetap ditaati dan tujuannya lebih baik.",
            day=str(findings.date_of(day)),
        ),
        application_id=facts.frame["application_id"][application],
        day=day,
    )


def _check_useful_shifts(facts: Facts, findings: Findings) -> None:
    """Check that no use more of a shift betters a tier before the shifts' own."""
    use = useful_shift(facts)
    if use is None:
        return
    shift, day, application = use
    findings.add(
        "useful-shift",
        said(
            "The plan is called optimal, but if shift {shift} were worked on {day} as "
            "well, this application could be printed earlier, every rule would be "
            "kept and the tiers would be better.",
            "Rencana ini disebut optimal, tetapi bila shift {shift} juga dipakai pada "
            "{day}, permohonan ini dapat dicetak lebih awal, semua aturan tetap "
            "ditaati dan tujuannya lebih baik.",
            shift=shift,
            day=str(findings.date_of(day)),
        ),
        application_id=facts.frame["application_id"][application],
        day=day,
    )


def _check_idle_shifts(facts: Facts, findings: Findings) -> None:
    """Check that no shift is worked whose cards fit without it."""
    rows, limits, days = facts.rows, facts.limits, facts.days
    day = rows.day.astype(np.int64)
    printers = counted(rows.printer * days + day, limits.printer_cards.shape)
    servers = counted(rows.server * days + day, limits.server_cards.shape)
    total = counted(day, (days,))
    for use in facts.worked:
        rest = [other for other in facts.worked if other != use]
        less = capacity(facts.office, facts.start, days, rest)
        at = use[1]
        fits = (printers[:, at] <= less.printer_cards[:, at]).all()
        fits &= (servers[:, at] <= less.server_cards[:, at]).all()
        if fits and (less.total is None or total[at] <= less.total[at]):
            findings.add(
                "idle-shift",
                said(
                    "Shift {shift} is worked on {day}, and all cards of that day could "
                    "be printed without it.",
                    "Shift {shift} dipakai pada {day}, padahal semua kartu hari itu "
                    "dapat dicetak tanpanya.",
                    shift=use[0],
                    day=str(findings.date_of(at)),
                ),
                day=at,
            )


@dataclass(frozen=True, slots=True)
class _Sides:
    """Two days: who is printed on the earlier, and who later could have been.

    ``loss`` is what those ahead lose by going back, ``gain`` what those behind
    gain by coming forward, shape (tiers, cells).
    """

    day: int
    later: int
    ahead: Cells
    behind: Cells
    loss: Ints
    gain: Ints
    latest: Ints
    earliest: Ints


class _Exchanges:
    """Which exchanges between two days keep every rule, by sort."""

    def __init__(self, facts: Facts, sorts: Sorts) -> None:
        self._sorts, self._moves, self._blanks = sorts, Moves(facts), BlankMoves(facts)
        self._limited = self._moves.sort[sorts.kind]

    def kept(self, wanted: Bools, day: int, later: int) -> Bools:
        """Return which of some sorts (behind, ahead) may exchange their slots."""
        sorts = self._sorts
        able = wanted & sorts.swap
        if able.any():
            able = able & self._blanks.allowed(sorts.taker, able, day, later)
        if able.any():
            held = self._moves.against_exchange(day, later)
            able = able & (held[self._limited[:, None], self._limited] == FREE)
        return able


def _sides(facts: Facts, cells: Cells, sorts: Sorts, cell: Ints) -> Iterator[_Sides]:
    """Yield every two days between which cards could be exchanged."""
    free = np.flatnonzero(cell >= 0)
    place = PublicOrder.of(facts.frame, facts.office).ranked(free)
    latest = np.full(len(cells.day), -1, dtype=np.int64)
    earliest = np.full(len(cells.day), _LATE, dtype=np.int64)
    np.maximum.at(latest, cell[free], place)
    np.minimum.at(earliest, cell[free], place)
    days = np.unique(cells.day).tolist()
    on = {day: np.flatnonzero(cells.day == day) for day in days}
    now = {day: costs_on(facts, cells.take(on[day]), sorts, day) for day in days}
    for day in days:
        ahead = cells.take(on[day])
        for later in (other for other in days if other > day):
            ready = cells.ready[on[later]] <= day
            comers = on[later][ready]
            behind = cells.take(comers)
            yield _Sides(
                day,
                later,
                ahead,
                behind,
                costs_on(facts, ahead, sorts, later) - now[day],
                now[later][:, ready] - costs_on(facts, behind, sorts, day),
                latest[on[day]],
                earliest[comers],
            )


def _check_exchanges(
    facts: Facts, cells: Cells, sorts: Sorts, cell: Ints, findings: Findings
) -> None:
    """Check that no exchange betters the tiers, or the tie-break at their cost."""
    rules = _Exchanges(facts, sorts)
    better: list[tuple[str, int, str]] = []
    behind_tie: list[tuple[str, int]] = []
    ids = facts.frame["application_id"]
    for sides in _sides(facts, cells, sorts, cell):
        if not len(sides.behind.day):
            continue
        passed = _bettered(sides, sorts, rules)
        if passed is not None:
            overtaken, overtaker = passed
            better.append((ids[overtaken], sides.day, ids[overtaker]))
        tied = _against_ties(sides, sorts, rules)
        if tied is not None:
            who = _first_of(facts, cell, int(sides.behind.example[tied]))
            behind_tie.append((ids[who], sides.later))
    flags = np.ones(len(better), dtype=bool)
    for (row,) in findings.places("better-exchange", flags):
        name, day, with_whom = better[row]
        findings.add(
            "better-exchange",
            said(
                "The plan is called optimal, but if this application exchanged its "
                "slot with {other}, on {day}, every rule would be kept and the tiers "
                "would be better.",
                "Rencana ini disebut optimal, tetapi bila permohonan ini bertukar "
                "tempat dengan {other}, pada {day}, semua aturan tetap ditaati dan "
                "tujuannya lebih baik.",
                other=with_whom,
                day=str(findings.date_of(day)),
            ),
            application_id=name,
            day=day,
        )
    flags = np.ones(len(behind_tie), dtype=bool)
    for (row,) in findings.places("tie-break", flags):
        name, day = behind_tie[row]
        findings.add(
            "tie-break",
            PASSED_IN_TIE,
            application_id=name,
            day=day,
        )


def _first_of(facts: Facts, cell: Ints, application: int) -> int:
    """Return who of an application's cell comes first in the tie-break."""
    members = np.flatnonzero(cell == cell[application])
    return int(
        members[np.argmin(PublicOrder.of(facts.frame, facts.office).ranked(members))]
    )


def _ends(sort: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Return the first and the last cell of each sort by values, in tier order."""
    order = np.lexsort((*values[::-1], sort))
    new = np.flatnonzero(np.diff(sort[order], prepend=-1))
    last = np.append(new[1:], len(order)) - 1
    return order[new], order[last]


def _bettered(sides: _Sides, sorts: Sorts, rules: _Exchanges) -> tuple[int, int] | None:
    """Return two applications whose exchange betters the tiers; None without any.

    If any two of two sorts do, so do the one who loses least and the one who
    gains most.
    """
    least, _ = _ends(sides.ahead.sort, sides.loss)
    _, most = _ends(sides.behind.sort, sides.gain)
    better = np.zeros((len(most), len(least)), dtype=bool)
    equal = ~better
    for loss, gain in zip(sides.loss[:, least], sides.gain[:, most], strict=True):
        better |= equal & (gain[:, None] > loss)
        equal &= gain[:, None] == loss
    if not better.any():
        return None
    number = len(sorts.rank)
    wanted = np.zeros((number, number), dtype=bool)
    wanted[np.ix_(sides.behind.sort[most], sides.ahead.sort[least])] = better
    places = np.argwhere(rules.kept(wanted, sides.day, sides.later))
    if not len(places):
        return None
    behind, ahead = places[0]
    gainer = most[sides.behind.sort[most] == behind][0]
    loser = least[sides.ahead.sort[least] == ahead][0]
    return int(sides.behind.example[gainer]), int(sides.ahead.example[loser])


def _against_ties(sides: _Sides, sorts: Sorts, rules: _Exchanges) -> int | None:
    """Return a cell behind of whom one should have come first; None without any."""
    count = len(sides.ahead.day)
    both = np.concatenate([sides.loss, sides.gain], axis=1)
    _, same = np.unique(both, axis=1, return_inverse=True)
    same = same.reshape(-1)
    ahead, behind = same[:count], same[count:]
    order = np.argsort(ahead, kind="stable")
    low = np.searchsorted(ahead[order], behind, side="left")
    high = np.searchsorted(ahead[order], behind, side="right")
    times = high - low
    after = np.repeat(np.arange(len(behind)), times)
    begins = np.repeat(low - np.concatenate([[0], np.cumsum(times)[:-1]]), times)
    before = order[begins + np.arange(len(after))]
    wrong = sides.latest[before] > sides.earliest[after]
    before, after = before[wrong], after[wrong]
    if not len(before):
        return None
    number = len(sorts.rank)
    wanted = np.zeros((number, number), dtype=bool)
    pairs = sides.behind.sort[after], sides.ahead.sort[before]
    wanted[pairs] = True
    kept = rules.kept(wanted, sides.day, sides.later)[pairs]
    return int(after[np.argmax(kept)]) if kept.any() else None


def _check_free_slots(
    facts: Facts, cells: Cells, sorts: Sorts, cell: Ints, findings: Findings
) -> None:
    """Check that nobody can move to an earlier slot that is free."""
    names = [tier.name for tier in priced(facts)]
    sure = np.full(facts.days + 1, "pressure" in names)
    sure[facts.days] |= "unprinted" in names
    # A tier that stands before may keep a card on its given day.
    before = names[: names.index("pressure")] if "pressure" in names else []
    kept = np.zeros(len(cells.day), dtype=bool)
    for name in {MOVED, FROZEN} & {*before}:
        kept |= getattr(cells, DATES[name]) == cells.day
    free, supplies = machine_room(facts, CAPACITY, RESERVE), left_of(facts).supplies
    supplied = free & (supplies > 0)
    open_ = sorts.takes.astype(np.int64) @ supplied.astype(np.int64) > 0
    could = open_[cells.sort]
    days = np.arange(facts.days)
    could &= (days >= cells.ready[:, None]) & (days < cells.day[:, None])
    could &= (sure[cells.day] & ~kept)[:, None]
    if not could.any():
        return
    rules = _Sooner(facts, sorts)
    lasting = machine_room(facts, *PRINTER_SUPPLIES)
    own = _own_printers(facts, cell, len(cells.day))
    moved: list[tuple[int, int]] = []
    for number in np.flatnonzero(could.any(axis=1)).tolist():
        sort, later = int(cells.sort[number]), int(cells.day[number])
        for day in np.flatnonzero(could[number]).tolist():
            # Who stays on a printer takes one more of its supplies only until then.
            same = own[number] & (supplies[:, day:later] > 0).all(axis=1)
            slots = sorts.takes[sort] & free[:, day] & (lasting[:, day] | same)
            if slots.any() and rules.kept(sort, day, later):
                moved.append((int(cells.example[number]), day))
                break
    ids = facts.frame["application_id"]
    for (row,) in findings.places("free-slot", np.ones(len(moved), dtype=bool)):
        application, day = moved[row]
        findings.add(
            "free-slot",
            said(
                "The plan is called optimal, but this application could be printed "
                "earlier, on {day}, in a slot that is free, and every rule would be "
                "kept.",
                "Rencana ini disebut optimal, tetapi permohonan ini dapat dicetak "
                "lebih awal, pada {day}, di tempat yang kosong, dan semua aturan tetap "
                "ditaati.",
                day=str(findings.date_of(day)),
            ),
            application_id=ids[application],
            day=day,
        )


def _own_printers(facts: Facts, cell: Ints, count: int) -> Bools:
    """Return on which printers cards of each cell are printed, shape (cells, P)."""
    number = len(facts.limits.printers)
    at = cell[facts.rows.application]
    key = at[at >= 0] * number + facts.rows.printer[at >= 0]
    return counted(key, (count, number)) > 0


class _Sooner:
    """Whether limits on kinds and blanks allow a card of a sort to come earlier."""

    def __init__(self, facts: Facts, sorts: Sorts) -> None:
        self._sorts, self._takers = sorts, facts.kinds.takers
        self._moves, self._blanks = Moves(facts), blanks_of(facts)
        self._allowed = cache(self._allows)

    def kept(self, sort: int, day: int, later: int) -> bool:
        """Return whether a card of a sort may be printed on an earlier day."""
        kind, taker = int(self._sorts.kind[sort]), int(self._sorts.taker[sort])
        return self._allowed(kind, taker, day, later)

    def _allows(self, kind: int, taker: int, day: int, later: int) -> bool:
        if taker >= 0:
            card, name = self._takers[taker]
            if not self._blanks[card].moves(name, day, later):
                return False
        return not self._moves.against_move(kind, day, later)
