"""What a plan says of the one before: who is planned again, and numbers that add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.backlog.known import (
    CARRIED,
    DONE_REJECTS,
    GIVEN,
    LEAVING,
    LEFT,
    REMARK,
    RESULTS,
    SPOILT_DONE,
    SPOILT_GONE,
    stands,
)
from ektp_sched.backlog.matching import match_ids
from ektp_sched.people.keys import counted
from ektp_sched.people.kinds import pools_of_printers
from ektp_sched.people.order import PublicOrder
from ektp_sched.rules.tiers import MOVED
from ektp_sched.trust.verify.rules import add_rows
from ektp_sched.words import said
from ektp_sched.yesterday.changes import moved, slipped
from ektp_sched.yesterday.places import GivenPlaces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.known import Known
    from ektp_sched.documents import Plan
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings
    from ektp_sched.trust.verify.tiers import Values


_IDS: Final = "application_id"


_NOWHERE: Final = -1


def other_yesterday(plan: Plan, backlog: Backlog, findings: Findings) -> bool:
    """Say that a plan and its backlog know of other days before, if so.

    What then differs in the plan says nothing.
    """
    stated, true = plan.backlog.known, backlog.known
    if stated is None and true is None:
        return False
    if stated is not None and true is not None:
        others = {*stated.counts.readings} ^ {*true.counts.readings}
        if not others:
            return False
        message = said(
            "What was filled in and handed in is not what the plan was made with: "
            "{names}. Give --done the files of then; a sheet may have been marked "
            "since.",
            "Yang diisi dan diserahkan bukan yang dipakai menyusun rencana ini: "
            "{names}. Berikan berkas waktu itu dengan --done; mungkin ada lembar yang "
            "ditandai sesudahnya.",
            names=", ".join(sorted({reading.source for reading in others})),
        )
    elif true is None:
        message = said(
            "The plan was made after a previous one: without that one it cannot be "
            "checked.",
            "Rencana ini disusun sesudah rencana sebelumnya: tanpa rencana itu tidak "
            "dapat diperiksa.",
        )
    else:
        message = said(
            "The plan was made without a previous one.",
            "Rencana ini disusun tanpa rencana sebelumnya.",
        )
    findings.add("other-yesterday", message)
    return True


def check_yesterday(plan: Plan, backlog: Backlog, findings: Findings) -> None:
    """Check what is known of yesterday, and that it adds up.

    Parameters
    ----------
    plan
        Whose rows are judged.
    backlog
        The accepted applications; without ``known`` there is nothing to check.
    findings
        Where violations go: ``planned-again``, ``carried-list``, ``left-list``,
        ``given`` and ``yesterday-count``.
    """
    known = backlog.known
    if known is None:
        return
    _check_carried(known, backlog, findings)
    _check_given(known, plan.start, backlog, findings)
    for name, adds_up in _sums(known, plan.start, backlog):
        if not adds_up:
            message = said(
                "What became of the previous plan does not add up: {name}.",
                "Perhitungan tentang rencana sebelumnya tidak cocok: {name}.",
                name=name,
            )
            findings.add("yesterday-count", message)


def _check_carried(known: Known, backlog: Backlog, findings: Findings) -> None:
    """Check who is handed on, who left, and that none of these is planned."""
    carried, left, ids = known.carried, known.left, backlog.frame[_IDS]
    again = said(
        "Planned, though it is printed, or open, on an earlier sheet.",
        "Direncanakan, padahal sudah dicetak, atau belum jelas, di lembar sebelumnya.",
    )
    gone = said(
        "Planned, though it is said to have left the previous plan.",
        "Direncanakan, padahal disebut sudah keluar dari rencana sebelumnya.",
    )
    for frame, message in ((carried, again), (left, gone)):
        planned = match_ids(frame[_IDS], ids) >= 0
        for (row,) in findings.places("planned-again", planned):
            findings.add("planned-again", message, application_id=frame[_IDS][row])
    words = (
        ("carried", carried, "result", RESULTS),
        ("left", left, "because", LEAVING),
    )
    for code, frame, column, allowed in words:
        in_order = frame[_IDS].is_sorted() and frame[_IDS].is_unique().all()
        if not (in_order and frame[column].is_in(allowed).all()):
            message = said(
                "The list '{code}' is not one row for each application, by id, each "
                "with one of: {words}.",
                "Daftar '{code}' tidak berisi satu baris untuk setiap permohonan, "
                "menurut id, masing-masing dengan salah satu dari: {words}.",
                code=code,
                words=", ".join(allowed),
            )
            findings.add(f"{code}-list", message)


def _check_given(
    known: Known, start: date, backlog: Backlog, findings: Findings
) -> None:
    """Check that given days are none before the start, and given places whole."""
    given = known.given
    printer = given["given_printer"].is_not_null()
    wrong = (given["given_on"] < start).fill_null(value=False)
    wrong |= printer & given["given_on"].is_null()
    for name in ("given_batch", "given_position"):
        wrong |= given[name].is_not_null() != printer
        wrong |= (given[name] < 1).fill_null(value=False)
    message = said(
        "The place that the previous plan gave is no day from the start on, or not "
        "whole.",
        "Tempat menurut rencana sebelumnya bukan hari sejak awal rencana, atau tidak "
        "lengkap.",
    )
    for (row,) in findings.places("given", wrong.to_numpy()):
        findings.add("given", message, application_id=backlog.frame[_IDS][row])


def _sums(known: Known, start: date, backlog: Backlog) -> Iterator[tuple[str, bool]]:
    """Yield what must hold of the counts, and whether it does."""
    counts = known.counts
    because, result = known.left["because"], known.carried["result"]
    of_held = backlog.held[_IDS].implode()
    gone = because.is_in(["gone", SPOILT_GONE]).sum()
    held = known.left.filter(because.is_in(["held", SPOILT_DONE]))[_IDS]
    spoilt_gone = because.is_in([SPOILT_GONE, SPOILT_DONE]).sum()
    carried = known.carried.filter(~pl.col(_IDS).is_in(of_held))
    on_day = known.given["given_on"].is_not_null()
    made_again = int((on_day & known.given["given_printer"].is_null()).sum())
    yield (
        "planned_before = printed + open + waiting + held + gone",
        counts.planned_before
        == counts.printed + counts.open + counts.waiting + counts.held + counts.gone,
    )
    yield "waiting + new", counts.waiting + counts.new == backlog.planned
    yield "gone", counts.gone == gone
    yield "held", counts.held == len(because) - gone
    yield "spoilt_gone", (counts.spoilt_gone or 0) == spoilt_gone
    yield "held.csv", bool(held.is_in(of_held).all())
    yield "carried_printed", counts.carried_printed == (result == "printed").sum()
    yield "carried_open", counts.carried_open == (result == "open").sum()
    # Of those carried, the others are held or rejected.
    yield "taken_out", 0 <= carried.height - counts.taken_out <= backlog.rejected
    read = backlog.planned + backlog.held_count + backlog.rejected + counts.taken_out
    yield "read", backlog.read == read
    again = counts.spoilt + counts.unprinted + counts.replanned
    yield "spoilt + unprinted + replanned <= waiting", again <= counts.waiting
    yield "given_on", made_again <= again + counts.returned
    unknown = len(on_day) - int(on_day.sum())
    yield "new", counts.returned <= counts.new <= unknown + counts.returned
    choice, open_ = counts.open_choice, carried.filter(pl.col("result") == "open")
    stand = int(stands(carried, start).sum())  # nobody asks about those
    yield (
        "open",
        (counts.open <= stand or choice == "exclude")
        and (not counts.replanned or choice == "plan")
        and (choice != "plan" or open_.height - stand <= backlog.rejected),
    )
    refused = (known.rejects["reason"] != REMARK).sum()
    rejected = sum(reading.rejected for reading in counts.readings)
    yield "done_rejects", rejected == refused


def check_changes(
    plan: Plan, backlog: Backlog, amounts: Values, findings: Findings
) -> None:
    """Check that who moved and which dates slip are what the tiers count.

    Parameters
    ----------
    plan
        Whose rows name each application once.
    backlog
        The accepted applications.
    amounts
        What the plan's tiers come to, by name and rank.
    findings
        Where violations go.
    """
    judged = replace(plan, backlog=backlog)
    beyond = plan.start + timedelta(days=plan.days)
    late = slipped(judged).select(
        pl.coalesce(
            "days_late", (pl.lit(beyond) - pl.col("promised_on")).dt.total_days()
        ).sum()
    )
    listed_moved = moved(judged).filter(
        pl.col("because") != "not-ready", pl.col("was") < beyond
    )
    for name, file, listed in (
        ("promise", "slipped.csv", int(late.item())),
        (MOVED, "changes.csv", listed_moved.height),
    ):
        of_name = [value for (tier, _), value in amounts.items() if tier == name]
        if of_name and sum(of_name) != listed:
            message = said(
                "{file} comes to {listed}; tier {tier} is {value}.",
                "{file} berjumlah {listed}; tujuan {tier} adalah {value}.",
                file=file,
                listed=listed,
                tier=name,
                value=sum(of_name),
            )
            findings.add("yesterday-count", message)


def check_known(plan: Plan, backlog: Backlog, findings: Findings) -> None:
    """Check what a plan knows of yesterday against today's backlog, laid out anew.

    Parameters
    ----------
    plan
        As it was made or loaded.
    backlog
        Today's export, compared once more with the previous plan.
    findings
        Where violations go: ``other-yesterday``.
    """
    stated, true = plan.backlog.known, backlog.known
    if stated is None or true is None:  # which `other_yesterday` tells
        return
    left, counts_now = true.left, true.counts
    if stated.counts.spoilt_gone is None:  # earlier versions did not tell them apart
        earlier = {SPOILT_GONE: "gone", SPOILT_DONE: "held"}
        left = left.with_columns(pl.col("because").replace(earlier))
        counts_now = counts_now.model_copy(update={"spoilt_gone": None})
    pairs = [
        ("given_on, promised_on", _by_id(plan.backlog, stated), _by_id(backlog, true)),
        ("carried.csv", stated.carried.select(*CARRIED), true.carried.select(*CARRIED)),
        ("changes.csv", stated.left.select(*LEFT), left.select(*LEFT)),
        ("done_rejects.csv", _rejects(stated), _rejects(true)),
    ]
    other = [name for name, here, anew in pairs if not here.equals(anew)]
    keys = type(counts_now).model_fields
    counts = [k for k in keys if getattr(stated.counts, k) != getattr(counts_now, k)]
    if counts:
        other.append(f"previous ({', '.join(counts)})")
    for name in other:
        message = said(
            "{name}: not what the previous plan, the export and what was printed come "
            "to.",
            "{name}: tidak sesuai dengan rencana sebelumnya, ekspor, dan hasil "
            "cetaknya.",
            name=name,
        )
        findings.add("other-yesterday", message)


def _by_id(backlog: Backlog, known: Known) -> pl.DataFrame:
    """Return the dates told, and what the previous plan gave, by id."""
    told = backlog.frame.select(_IDS, "promised_on")
    return told.hstack(known.given.select(*GIVEN)).sort(_IDS)


def _rejects(known: Known) -> pl.DataFrame:
    return known.rejects.select(*DONE_REJECTS)


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
