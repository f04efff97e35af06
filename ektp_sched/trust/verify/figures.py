"""The figures stated with each row, batches and places, and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.keys import counted
from ektp_sched.people.kinds import equal_printers
from ektp_sched.people.order import PublicOrder
from ektp_sched.people.people import MISSING
from ektp_sched.people.standing import true_reasons
from ektp_sched.trust.facts import blocks
from ektp_sched.trust.verify.rules import add_rows
from ektp_sched.trust.verify.yesterday import kept_places
from ektp_sched.words import said

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Floats, Ints
    from ektp_sched.backlog.known import Known
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings

    Ints32 = NDArray[np.int32]

_FIGURES: Final = {
    "wait-days": said(
        "The row's wait_days is not its day less waiting_since.",
        "wait_days pada baris ini bukan harinya dikurangi waiting_since.",
    ),
    "urgency": said(
        "The row's urgency is not the application's class.",
        "urgency pada baris ini bukan kelas permohonannya.",
    ),
    "pressure": said(
        "The row's pressure is not its day of waiting divided by the target.",
        "pressure pada baris ini bukan hari menunggunya dibagi targetnya.",
    ),
}
_PLACES: Final = 1_000_000
_FINE: Final = 32


def check_figures(facts: Facts, findings: Findings) -> None:
    """Check wait_days, urgency and pressure of every row."""
    rows = facts.rows
    if not len(rows.day) or not facts.frame.height:
        return
    known = (rows.application >= 0) & (rows.day != MISSING)
    pressure = facts.assignments["pressure"].fill_null(-1).to_numpy()
    wrong = {code: np.zeros(len(known), dtype=bool) for code in _FIGURES}
    for block in blocks(len(known)):
        application = np.maximum(rows.application[block], 0)
        kind = facts.kind[application]
        waited = (rows.day[block] - facts.since[application]).astype(np.int64)
        target = facts.kinds.target[kind]
        wrong["wait-days"][block] = rows.wait_days[block] != waited
        wrong["urgency"][block] = rows.urgency[block] != facts.kinds.urgency[kind]
        wrong["pressure"][block] = ~_rounds(pressure[block], waited + 1, target)
    for code, message in _FIGURES.items():
        add_rows(facts, findings, code, message, known & wrong[code])


def _rounds(stated: Floats, day_of_waiting: Ints, target: Ints) -> Bools:
    """Return whether each number is the quotient, rounded to six places."""
    number = np.clip(np.nan_to_num(stated, nan=-1), -1, 1e9)
    micros = np.rint(number * _PLACES).astype(np.int64)
    on_grid = np.abs(number - micros / _PLACES) < 1e-9
    off = np.abs(micros * target - day_of_waiting * _PLACES)
    return np.asarray(on_grid & (2 * off <= target))


def check_places(facts: Facts, findings: Findings, known: Known | None) -> None:
    """Check the order of rows, batches, positions and the order within a day.

    Who keeps the place that the previous plan gave is in no order.
    """
    rows = facts.rows
    order = _sorted(facts, findings)
    day, printer = (
        key if order is None else key[order] for key in (rows.day, rows.printer)
    )
    new = np.ones(len(day), dtype=bool)
    new[1:] = (day[1:] != day[:-1]) | (printer[1:] != printer[:-1])
    first = np.flatnonzero(new)
    place = np.arange(len(day)) - np.repeat(first, np.diff(first, append=len(day)))
    size = facts.office.plan.batch_size
    batch = place // size
    for code, stated, wanted, message in (
        (
            "batch",
            rows.batch,
            batch + 1,
            said(
                "Batches of {size} are not numbered from 1 for this printer and day.",
                "Kelompok berisi {size} kartu tidak dinomori dari 1 untuk printer dan "
                "hari ini.",
                size=size,
            ),
        ),
        (
            "position",
            rows.position,
            place - batch * size + 1,
            said(
                "Positions do not count from 1 within the batch.",
                "Nomor urut tidak dimulai dari 1 dalam kelompoknya.",
            ),
        ),
    ):
        add_rows(facts, findings, code, message, _unlike(stated, wanted, order))
    rest = np.arange(len(day)) if order is None else order
    if known is not None and len(day) and facts.frame.height:
        kept = kept_places(facts, findings, known)[rest]
        rest, day, printer = rest[~kept], day[~kept], printer[~kept]
        new = np.ones(len(day), dtype=bool)
        new[1:] = (day[1:] != day[:-1]) | (printer[1:] != printer[:-1])
    _check_order(facts, findings, rest, new)


def _unlike(stated: Ints, wanted: Ints, order: Ints | None) -> Bools:
    """Return which rows do not state what they should, wanted being in order."""
    if order is None:
        return np.asarray(stated != wanted)
    wrong = np.zeros(len(order), dtype=bool)
    wrong[order] = stated[order] != wanted
    return wrong


def _sorted(facts: Facts, findings: Findings) -> Ints | None:
    """Return the order by day, printer, batch, position; None if rows are in it.

    If they are not, say so.
    """
    rows = facts.rows
    keys = (rows.day, rows.printer, rows.batch, rows.position)
    falling = False
    for block in blocks(len(rows.day)):
        pair = slice(block.start, block.stop + 1)
        rising = np.zeros(len(rows.day[pair]) - 1, dtype=bool)
        equal = ~rising
        for key in (key[pair] for key in keys):
            rising |= equal & (key[1:] > key[:-1])
            equal &= key[1:] == key[:-1]
        falling = falling or not bool((rising | equal).all())
    if not falling:
        return None
    findings.add(
        "row-order",
        said(
            "The plan's rows are not sorted by day, printer, batch and position.",
            "Baris rencana tidak urut menurut hari, printer, kelompok, dan nomor urut.",
        ),
    )
    return np.lexsort(tuple(reversed(keys)))


def _check_order(facts: Facts, findings: Findings, order: Ints, new: Bools) -> None:
    """Check rank, then pressure, then the tie-break, from row to row.

    ``order`` are the rows, and ``new`` tells where a printer's day begins.
    """
    rows, count = facts.rows, len(new)
    if not count or not facts.frame.height:
        return
    tie_break = PublicOrder.of(facts.frame, facts.office)
    ids = facts.assignments["application_id"]
    wrong = np.zeros(len(rows.day), dtype=bool)
    for block in blocks(count):
        # One row more, so that the last is compared with the first of the next.
        pair = ~new[block.start + 1 : block.stop + 1]
        row = order[block.start : block.stop + 1]
        falls = _falls(facts, rows.application[row], rows.day[row], pair)
        later = tie_break.falls(rows.application[row], pair, ids.gather(row))
        wrong[row[1:]] = falls | later
    add_rows(
        facts,
        findings,
        "order",
        said(
            "The row comes after one that rank, pressure or the tie-break puts behind "
            "it.",
            "Baris ini berada sesudah baris yang menurut peringkat, bobot tunggu, atau "
            "aturan seri seharusnya di belakangnya.",
        ),
        wrong,
    )


def _falls(facts: Facts, application: Ints, day: Ints32, pair: Bools) -> Bools:
    """Return where rank or pressure puts a row before its predecessor.

    Which pairs are equal in both is left in ``pair``; the others are taken out.
    """
    pair &= (application[1:] >= 0) & (application[:-1] >= 0)
    known = np.maximum(application, 0)
    kind = facts.kind[known]
    rank = facts.kinds.rank[kind]
    waited = day - facts.since[known].astype(np.int64) + 1
    # Quotients by targets up to 36,500 differ by more than one part in 2**32.
    pressure = (np.clip(waited, 0, 1 << 24) << _FINE) // facts.kinds.target[kind]
    wrong = pair & (rank[1:] < rank[:-1])
    pair &= rank[1:] == rank[:-1]
    wrong |= pair & (pressure[1:] > pressure[:-1])
    pair &= pressure[1:] == pressure[:-1]
    return wrong


def check_even_shares(facts: Facts, findings: Findings) -> None:
    """Check that equal printers share each day's cards, earlier ids first."""
    limits = facts.limits
    good = facts.valid()
    key = facts.rows.printer[good] * facts.days + facts.rows.day[good]
    used = counted(key, limits.printer_cards.shape)
    equal = equal_printers(facts.office, limits)
    for group in range(int(equal.max(initial=-1)) + 1):
        printers = np.flatnonzero(equal == group)
        _shares_are_even(facts, findings, printers, used[printers])


def _shares_are_even(
    facts: Facts, findings: Findings, printers: Ints, used: Ints
) -> None:
    """Compare the cards of printers of equal rules, which are ``used`` by day.

    Of those that can print as many on a day none prints more than the one before
    it, nor two fewer than the first: then no two of them differ otherwise.
    """
    cards = facts.limits.printer_cards[printers]
    order = np.argsort(cards, axis=0, kind="stable")  # as many side by side, by id
    cards, used = (np.take_along_axis(part, order, axis=0) for part in (cards, used))
    place = np.broadcast_to(np.arange(len(printers))[:, None], cards.shape)
    begins = np.ones(cards.shape, dtype=bool)
    begins[1:] = cards[1:] != cards[:-1]
    first = np.maximum.accumulate(np.where(begins, place, 0), axis=0)
    more = np.zeros(cards.shape, dtype=bool)
    more[1:] = ~begins[1:] & (used[1:] > used[:-1])
    fewer = np.take_along_axis(used, first, axis=0) - used > 1
    for at, day in findings.places("uneven-share", more | fewer):
        before = at - 1 if more[at, day] else int(first[at, day])
        name, other = (
            facts.limits.printers[printers[order[row, day]]] for row in (before, at)
        )
        findings.add(
            "uneven-share",
            said(
                "{name} and {other} are equal, but print {cards} and "
                "{other_cards} cards on {day}.",
                "{name} dan {other} setara, tetapi mencetak {cards} dan "
                "{other_cards} kartu pada {day}.",
                name=name,
                other=other,
                cards=int(used[before, day]),
                other_cards=int(used[at, day]),
                day=str(findings.date_of(day)),
            ),
            day=day,
            printer=other,
        )


def check_reasons(facts: Facts, findings: Findings) -> None:
    """Check figures and reasons of the unprinted, and their order.

    A reason must be one that `true_reasons` finds.
    """
    if not facts.unprinted.height:
        return
    table = facts.unprinted
    known = facts.left >= 0
    index = np.where(known, facts.left, 0)
    if not facts.frame["application_id"].len():
        return
    ids = table["application_id"]
    if not ids.is_sorted():
        unsorted = said(
            "The unprinted are not sorted by application_id.",
            "Daftar yang tidak tercetak tidak urut menurut application_id.",
        )
        findings.add("row-order", unsorted)
    for code, column, message in (
        (
            "unprinted-since",
            "waiting_since",
            said(
                "The row's waiting_since is not the application's.",
                "waiting_since pada baris ini bukan waiting_since permohonannya.",
            ),
        ),
        (
            "unprinted-urgency",
            "urgency",
            said(
                "The row's urgency is not the application's class.",
                "urgency pada baris ini bukan kelas permohonannya.",
            ),
        ),
    ):
        given = facts.frame[column].gather(index)
        same = (table[column] == given).fill_null(value=False).to_numpy()
        for (row,) in findings.places(code, known & ~same):
            findings.add(code, message, application_id=ids[row])
    true = true_reasons(facts, index)
    reason = table["reason"].fill_null("").to_numpy()
    right = np.zeros(len(index), dtype=bool)
    for code, holds in true.items():
        right |= holds & (reason == code)
    for (row,) in findings.places("unprinted-reason", known & ~right):
        findings.add(
            "unprinted-reason",
            said(
                "The reason stated does not hold for this application.",
                "Alasan yang dinyatakan tidak benar untuk permohonan ini.",
            ),
            application_id=ids[row],
        )
