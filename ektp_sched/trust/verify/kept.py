"""Check that people keep printer and place of the previous plan where they can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.alike import pools_of_printers
from ektp_sched.people.keys import counted
from ektp_sched.people.order import PublicOrder
from ektp_sched.trust.verify.rules import add_rows
from ektp_sched.words import said
from ektp_sched.yesterday.places import GivenPlaces

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.backlog.known import Known
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings


_NOWHERE: Final = -1


def kept_places(facts: Facts, findings: Findings, known: Known) -> Bools:
    """Return which rows keep the place given; say which could and do not."""
    rows, limits, size = facts.rows, facts.limits, facts.office.plan.batch_size
    every = GivenPlaces.of(known.given, facts.start, limits.printers, size)
    valid = np.flatnonzero(facts.valid())
    application, printer, _, day = facts.prints()
    given = every.at(application)
    pools, alone = pools_of_printers(facts.kinds.printers, facts.office, limits)
    cards = counted(printer * facts.days + day, limits.printer_cards.shape)
    public = PublicOrder.of(facts.frame, facts.office)
    wish = given.wish(day, alone[printer], alone)
    kept = given.kept(application, wish, cards, public)
    here = (printer == given.printer) & (rows.batch[valid] == given.place // size + 1)
    here &= rows.position[valid] == given.place % size + 1
    stays = np.zeros(len(rows.day), dtype=bool)
    stays[valid[kept & here]] = True
    for code, message, wrong in (
        (
            "place-kept",
            said(
                "The previous plan gave this application another place of this day, "
                "which it could have kept.",
                "Rencana sebelumnya memberi permohonan ini tempat lain pada hari ini, "
                "yang seharusnya dapat dipertahankan.",
            ),
            kept & ~here,
        ),
        (
            "printer-kept",
            said(
                "The previous plan gave this application another printer on this day, "
                "and an exchange that changes no day would have kept it.",
                "Rencana sebelumnya memberi permohonan ini printer lain pada hari ini, "
                "dan pertukaran tanpa mengubah hari dapat mempertahankannya.",
            ),
            _exchangeable(facts, given, pools, alone),
        ),
    ):
        where = np.zeros(len(rows.day), dtype=bool)
        where[valid[wrong]] = True
        add_rows(facts, findings, code, message, where)
    return stays


def _exchangeable(facts: Facts, given: GivenPlaces, pools: Ints, alone: Ints) -> Bools:
    """Return which valid rows an exchange on their day would bring to their pool.

    With somebody there, that is, who has no claim to it.  Such an exchange breaks no
    rule and changes no tier, as these see days, and how many cards a machine prints.
    """
    application, printer, _, day = facts.prints()
    kind = facts.kind[application]
    asks = (given.printer >= 0) & (given.day == day)
    asks &= facts.kinds.printers[kind, given.printer]
    own = np.where(asks, pools[given.printer], _NOWHERE)
    loose = np.flatnonzero(own != pools[printer])
    away = np.zeros(len(day), dtype=bool)
    asked = loose[asks[loose]]
    if not len(asked):
        return away
    # Where those without a claim stand, and in which pools they could.
    _, first = np.unique(pools, return_index=True)
    shape = facts.days, int(alone.max()) + 1, len(first)
    could = np.zeros(shape, dtype=bool)
    for pool, example in enumerate(first.tolist()):
        rows = loose[facts.kinds.printers[kind[loose], example]]
        could[day[rows], alone[printer[rows]], pool] = True
    away[asked] = could[day[asked], alone[given.printer[asked]], pools[printer[asked]]]
    return away
