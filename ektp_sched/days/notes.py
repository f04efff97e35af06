"""What an office says beside its sheets: counts, outages, priorities, dates told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.backlog.identity import key_path, read_key
from ektp_sched.backlog.model import PLANNED, REJECTS, Backlog
from ektp_sched.backlog.priority import read_priorities
from ektp_sched.backlog.texts import squeeze
from ektp_sched.backlog.told import read_told
from ektp_sched.days.people import People
from ektp_sched.days.signature import OTHER, code_of
from ektp_sched.days.supplies import WHOLE, Down, blanks_left, outages, used
from ektp_sched.errors import InputError, LedgerError, UsageError
from ektp_sched.ledger import NewAct, personal
from ektp_sched.ledger.state import state_of
from ektp_sched.words import said, typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.people import Whom
    from ektp_sched.days.signature import Signature
    from ektp_sched.ledger import Reader
    from ektp_sched.office import Office


def record_counts(
    folder: OfficeFolder, counts: Mapping[str | None, int], signature: Signature
) -> tuple[int | None, pl.DataFrame]:
    """Record how many blanks there are on the morning of the signature's day.

    Parameters
    ----------
    folder
        The office.
    counts
        By card type; None where the office counts the blanks of one type only.
    signature
        Who counted.

    Returns
    -------
    tuple
        The act, None where the same was counted before, and card, blanks, expected:
        what the ledger makes of the count before, null where there was none; on_sheets:
        cards of that day, printed or still to be, null where it has no sheets yet.

    Raises
    ------
    ektp_sched.errors.LedgerError
        There is no such card type, or nobody counts its blanks.
    """
    stocked = [
        name for name, card in folder.office.cards.items() if card.stock is not None
    ]
    named = {_card(name, stocked): blanks for name, blanks in counts.items()}
    with folder.ledger.writing(begun=True) as writer:
        expected = blanks_left(folder.office, writer, signature.day)
        before = {
            act.number: act.day
            for act in writer.acts("count")
            if act.day == signature.day
        }
        facts = writer.facts("counts").filter(pl.col("act").is_in([*before]))
        last = dict(facts.select("card", "blanks").iter_rows())
        new = pl.DataFrame(
            [(card, blanks, expected.get(card)) for card, blanks in named.items()],
            schema={"card": pl.String, "blanks": pl.Int64, "expected": pl.Int64},
            orient="row",
        )
        counted = new.join(
            _on_sheets(writer, folder.office, signature.day),
            on="card",
            how="left",
            maintain_order="left",
        )
        if all(last.get(card) == blanks for card, blanks in named.items()):
            return None, counted
        differences = {
            card: blanks - expected[card]
            for card, blanks in named.items()
            if card in expected
        }
        detail = {"difference": differences}
        act = signature.write(writer, "count", {"counts": new}, detail=detail)
        return act.number, counted


def _on_sheets(reader: Reader, office: Office, day: date) -> pl.DataFrame:
    """Return how many cards a day's sheets are for by type, or were; none, no row."""
    state = state_of(reader)
    standing = state.standing(day).join(state.seen, on="person", how="left")
    made = used(reader, day).filter(pl.col("day") == day)
    cards = pl.concat([standing.select("card"), made.select("card")])
    starts = {act.detail["start"] for act in reader.acts("plan", "adopt")}
    if day.isoformat() not in starts:
        cards = cards.clear()
    default = pl.lit(office.default_card, pl.String)
    return cards.group_by(pl.col("card").fill_null(default)).agg(
        on_sheets=pl.len().cast(pl.Int64)
    )


def _card(name: str | None, stocked: Sequence[str]) -> str:
    """Return the card type that is meant."""
    if name is None and len(stocked) == 1:
        return stocked[0]
    if name in stocked:
        return str(name)
    message = (
        said(
            "has no card type with a stock; write the stock into [cards] of the office "
            "file first",
            "tidak memiliki jenis kartu dengan stock; isilah dahulu stock di [cards] "
            "berkas kantor",
        )
        if not stocked
        else said(
            "counts blanks of {cards}; name one of them{how}",
            "menghitung blangko {cards}; sebutkan salah satunya{how}",
            cards=", ".join(stocked),
            how=typed(", --count CARD=NUMBER", ", --count KARTU=JUMLAH"),
        )
    )
    option = typed("--count", "--count", said("the office", "kantor"))
    raise LedgerError(message, file=option)


def record_outage(
    folder: OfficeFolder, outage: Down, signature: Signature
) -> int | None:
    """Record that a server or printer does less on some days, or works again.

    Parameters
    ----------
    folder
        The office.
    outage
        Days, and what is left; all of it: whatever was said before of those days, and
        until further notice, counts no longer.
    signature
        Who says so.

    Returns
    -------
    int or None
        The act; None where this is known.

    Raises
    ------
    ektp_sched.errors.LedgerError
        The office has no such machine, or the days are in the wrong order.
    """
    office = folder.office
    known = [each.id for each in (*office.servers, *office.printers)]
    if outage.resource not in known:
        message = said(
            "the office has no such server or printer; it has {names}",
            "kantor tidak memiliki server atau printer itu; yang ada: {names}",
            names=", ".join(known),
        )
        option = typed("--outage", "--outage", said("outage", "gangguan"))
        raise LedgerError(message, file=option)
    if outage.ends is not None and outage.ends < outage.begins:
        message = said(
            "the last day, {ends}, is before the first, {begins}; exchange them",
            "hari terakhir, {ends}, sebelum hari pertama, {begins}; tukarkan",
            ends=str(outage.ends),
            begins=str(outage.begins),
        )
        option = typed("--to", "--to", said("outage", "gangguan"))
        raise LedgerError(message, file=option)
    with folder.ledger.writing(begun=True) as writer:
        standing = outages(writer)
        if outage in standing or (
            outage.left == WHOLE and not _touches(outage, standing)
        ):
            return None
        facts = pl.DataFrame(
            [(outage.resource, outage.begins, outage.ends, outage.left)],
            schema={
                "resource": pl.String,
                "begins": pl.Date,
                "ends": pl.Date,
                "left": pl.Int64,
            },
            orient="row",
        )
        return signature.write(writer, "outage", {"outages": facts}).number


def _touches(outage: Down, standing: Sequence[Down]) -> bool:
    """Return whether an outage stands on days of another of the same machine."""
    return any(
        each.resource == outage.resource
        and (each.ends is None or each.ends >= outage.begins)
        and (outage.ends is None or each.begins <= outage.ends)
        for each in standing
    )


def record_priorities(
    folder: OfficeFolder, path: Path, signature: Signature
) -> tuple[int, int]:
    """Record who is to be printed sooner, as somebody authorised.

    Each reason of the list is an act, approved by whom its row names; where that is who
    records it, by the second name of the signature.

    Returns
    -------
    tuple
        How many people are new in it, and how many were so before.

    Raises
    ------
    ektp_sched.errors.PriorityError
        The list is not what it should be, or names somebody whom no export had.
    """
    office = folder.office
    key = None if office.identity is None else read_key(key_path(office))
    lines = read_priorities(path, office, key).frame
    own = lines["by"].map_elements(squeeze, return_dtype=pl.String) == squeeze(
        signature.by
    )
    if own.any() and not signature.has_second_name:
        message = said(
            "says that who records it authorised it; write in by who did, or say who "
            "agrees{how}; nothing was recorded",
            "menyebut pencatatnya sendiri sebagai pemberi wewenang; tulislah di kolom "
            "oleh siapa yang memberi wewenang, atau sebutkan siapa yang "
            "menyetujui{how}; belum ada yang dicatat",
            how=typed(" with --approved-by", " dengan --approved-by"),
        )
        at = int(own.arg_max() or 0)
        raise InputError(message, file=str(path), row=int(lines["row"][at]))
    second = pl.lit(signature.approved_by, pl.String)
    lines = lines.with_columns(by=pl.when(own).then(second).otherwise("by"))
    with folder.ledger.reading() as reader:
        people = People(reader, office)
    rows = people.named.rows_of(lines["id"].fill_null(lines["number"]))
    if rows.has_nulls():
        message = said(
            "names somebody whom no export had yet ({count} such rows); correct it, or "
            "wait for the export; nothing was recorded",
            "menyebut orang yang belum ada dalam ekspor mana pun ({count} baris "
            "seperti itu); perbaiki, atau tunggu ekspornya; belum ada yang dicatat",
            count=rows.null_count(),
        )
        at = int(rows.is_null().arg_max() or 0)
        raise InputError(message, file=str(path), row=int(lines["row"][at]))
    lines = lines.with_columns(person=people.refs(rows))
    return _write_priorities(folder, lines, signature)


def record_priority(
    folder: OfficeFolder,
    whom: Whom,
    signature: Signature,
    *,
    urgency: str | None = None,
    due_on: date | None = None,
) -> tuple[int, int]:
    """Record that people are to be printed sooner, as a second name authorised.

    Parameters
    ----------
    folder
        The office.
    whom
        Ids, queue numbers, numbers of identity, or lists of them.
    signature
        With a reason, and who authorised it as the second name.
    urgency, due_on
        Their class, the last date that is in time, or both.

    Returns
    -------
    tuple
        How many people are new in it, and how many were so before.

    Raises
    ------
    ektp_sched.errors.InputError
        The ledger does not know one of them.
    ektp_sched.errors.LedgerError
        Reason or second name is missing.
    ektp_sched.errors.UsageError
        Neither class nor date is given, or the office has no such class.
    """
    signature.refuse_alone(said("a priority", "prioritas"))
    if urgency is None and due_on is None:
        message = said(
            "say which urgency class it is, or until when the card is needed",
            "sebutkan kelas urgensinya, atau sampai kapan kartunya diperlukan",
        )
        raise UsageError(message)
    if urgency is not None and urgency not in folder.office.urgency:
        message = said(
            "the office has no such urgency class; it has {classes}",
            "kantor tidak memiliki kelas urgensi itu; yang ada: {classes}",
            classes=", ".join(folder.office.classes),
        )
        raise UsageError(message)
    with folder.ledger.reading() as reader:
        people = People(reader, folder.office).who(whom)
    lines = people.select(
        "person",
        urgency=pl.lit(urgency, pl.String),
        due_on=pl.lit(due_on, pl.Date),
        by=pl.lit(signature.approved_by, pl.String),
        reason=pl.lit(signature.reason, pl.String),
    )
    return _write_priorities(folder, lines, signature)


def _write_priorities(
    folder: OfficeFolder, lines: pl.DataFrame, signature: Signature
) -> tuple[int, int]:
    """Write an act for each reason of lines: person, urgency, due_on, by, reason."""
    wanted = (
        lines.with_columns(due_on=pl.col("due_on").dt.to_string("iso"))
        .unpivot(
            ["urgency", "due_on"],
            index=["person", "by", "reason"],
            variable_name="field",
            value_name="value",
        )
        .drop_nulls("value")
    )
    with folder.ledger.writing() as writer:
        state = state_of(writer)
        new = wanted.join(
            state.overrides.filter(pl.col("because") == "priority"),
            on=["person", "field", "value"],
            how="anti",
            maintain_order="left",
        )
        for (by, reason), part in new.group_by("by", "reason", maintain_order=True):
            code = code_of(str(reason))
            texts = personal(
                pl.Series([str(reason)] * (code == OTHER), dtype=pl.String), "remark"
            )
            act = NewAct(
                kind="priority",
                day=signature.day,
                by=signature.by,
                approved_by=str(by),
                reason=code,
                remark=int(texts.refs[0]) if len(texts.refs) else None,
                detail={"people": part["person"].n_unique()},
            )
            facts = {"overrides": part.select("person", "field", "value")}
            writer.append(act, facts, texts, confirmed=signature.confirmed)
    number = new["person"].n_unique()
    return number, wanted["person"].n_unique() - number


def record_told(
    folder: OfficeFolder,
    source: Path | pl.DataFrame,
    signature: Signature,
    *,
    anew: bool = False,
) -> tuple[int | None, int, int]:
    """Record which dates people were told.

    Parameters
    ----------
    folder
        The office.
    source
        promises.csv, its folder, or a list with its columns.
    signature
        Who told them.
    anew
        Whether the first date told cannot be kept and they were told another one, as
        slipped.csv of a plan lists them; the first goes on to count.

    Returns
    -------
    tuple
        The act, None where all of it was known; how many dates are new, and how many
        rows are of people whom no export had.

    Raises
    ------
    ektp_sched.errors.InputError
        The list is not what it should be.
    """
    if not isinstance(source, pl.DataFrame) and source.is_dir():
        source = source / ("slipped.csv" if anew else "promises.csv")
    with folder.ledger.reading() as reader:
        people = People(reader, folder.office)
    told = read_told(source, _everybody(people), folder.office, anew=anew).frame
    told = told.with_columns(
        people.refs(people.named.rows_of(told["application_id"])).alias("person")
    )
    strangers = told["person"].null_count()
    told = told.drop_nulls("person")
    with folder.ledger.writing() as writer:
        known = writer.facts("told").select("person", "promised_on")
        first = told.select("person", promised_on="first_told")
        had = anew
        if anew:  # the date before stands in the ledger, or in exports alone
            seen = writer.facts("seen").unique("person", keep="last")
            silent = told.select("person").join(known, on="person", how="anti")
            first = silent.join(seen, on="person").select("person", "promised_on")
            first = first.drop_nulls()
            had = told.join(
                pl.concat([known, first]), on="person", how="anti"
            ).is_empty()
        dates = pl.concat([first, told.select("person", "promised_on")])
        new = dates.unique(maintain_order=True).join(
            known, on=["person", "promised_on"], how="anti", maintain_order="left"
        )
        if new.is_empty():
            return None, 0, strangers
        detail = {"dates": new.height, **({"anew": True} if had else {})}
        act = signature.write(writer, "told", {"told": new}, detail=detail)
        return act.number, new.height, strangers


def _everybody(people: People) -> Backlog:
    """Return all people of a ledger as a list of dates told asks for them."""
    nobody = pl.DataFrame(schema=dict(PLANNED))
    frame = pl.concat([people.newest.select("application_id"), nobody], how="diagonal")
    return Backlog(
        frame=frame,
        held=nobody.select("application_id", "status", "area"),
        rejects=pl.DataFrame(schema=dict(REJECTS)),
        read=frame.height,
    )
