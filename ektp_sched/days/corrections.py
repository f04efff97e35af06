"""What is set right with a second name: undone, accepted, printed anew."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from ektp_sched.backlog.prints import PRINTED
from ektp_sched.backlog.records import FIELDS
from ektp_sched.days.people import People
from ektp_sched.days.prints import facts_of
from ektp_sched.errors import LedgerError
from ektp_sched.ledger import personal
from ektp_sched.ledger.state import cards_of, state_of, words_of
from ektp_sched.ledger.tables import FACTS
from ektp_sched.words import said, typed

if TYPE_CHECKING:
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.people import Whom
    from ektp_sched.days.signature import Signature
    from ektp_sched.ledger import Act, Reader

_LASTING: Final = ("begin", "import", "plan", "adopt", "forget", "office", "sheet")
"""Acts that nobody takes back: others rest on them, or what they did is done."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What becomes of the acts of a ledger if one is taken back.

    Parameters
    ----------
    act
        The act.
    root
        The act that says what counts otherwise then: itself, unless it took one back.
    again
        Whether that counts again then.
    undone_by
        The act that took it back already, if one did.
    needs_second
        Whether a second name is needed, as a plan rests on it.
    """

    act: Act
    root: Act
    again: bool
    undone_by: Act | None
    needs_second: bool


def can_be_undone(kind: str) -> bool:
    """Return whether acts of a kind may be taken back."""
    return kind not in _LASTING


def undoing(reader: Reader, number: int) -> Undoing:
    """Return what becomes of the acts if one is taken back.

    Raises
    ------
    ektp_sched.errors.LedgerError
        There is no such act, it is none to take back, or something rests on it.
    """
    acts = {act.number: act for act in reader.acts(live=False)}
    act = acts.get(number)
    if act is None or not can_be_undone(act.kind):
        raise _refusal(number, act)
    root, again = act, False
    while root.undoes is not None:  # an undoing takes up again what it took back
        root, again = acts[root.undoes], not again
    by = [a for a in acts.values() if a.undoes == number]
    undone_by = by[-1] if number in reader.undone else None
    if undone_by is None:
        (_refuse_named if again else _refuse_used)(reader, root)
        _refuse_forgotten(reader, root)
        _refuse_printed_anew(reader, root)
    plans = (a for a in acts.values() if a.kind in ("plan", "adopt"))
    return Undoing(act, root, again, undone_by, any(a.number > number for a in plans))


def undo(folder: OfficeFolder, number: int, signature: Signature) -> int | None:
    """Take back an act, so that everything is as if it had never been.

    Parameters
    ----------
    folder
        The office.
    number
        Of the act; also of an act that took one back.
    signature
        With a reason, and a second name where a plan rests on the act.

    Returns
    -------
    int or None
        The act that says so; None if it was taken back before.

    Raises
    ------
    ektp_sched.errors.LedgerError
        As `undoing`, or reason or second name is missing.
    """
    with folder.ledger.writing(begun=True) as writer:
        meant = undoing(writer, number)
        if meant.undone_by is not None:
            return None
        what = said("undoing act {n}", "pembatalan catatan {n}", n=str(number))
        signature.refuse_without_reason(what)
        if meant.needs_second:
            signature.refuse_without_second(what)
        return signature.write(writer, "undo", undoes=number).number


def _refusal(number: int, act: Act | None) -> LedgerError:
    """Return why there is nothing to take back."""
    if act is None:
        return LedgerError(
            said(
                "there is no act {number}{how}",
                "tidak ada catatan {number}{how}",
                number=str(number),
                how=typed(
                    "; `ektp-sched ledger history` lists them",
                    "; `ektp-sched ledger history` menyebutkan semuanya",
                ),
            )
        )
    return LedgerError(
        said(
            "act {number} cannot be undone{how}",
            "catatan {number} tidak dapat dibatalkan{how}",
            number=str(number),
            how=typed(
                "; only what `ektp-sched record` recorded can",
                "; hanya yang dicatat dengan `ektp-sched record` yang dapat",
                said(
                    "; exports, plans and changes of the office stay",
                    "; ekspor, rencana, dan perubahan kantor tetap",
                ),
            ),
        )
    )


def _refuse_named(reader: Reader, act: Act) -> None:
    """Refuse to take up again people whom a later act has named anew."""
    people = reader.people(live=False)
    back = people.filter(pl.col("since") == act.number).drop_nulls()
    since = reader.people().filter(pl.col("since") > act.number)
    anew = since.join(back, on="application_id", how="semi", maintain_order="left")
    if anew.height:
        message = said(
            "act {later} names the people of act {number} anew; record again what that "
            "one said",
            "catatan {later} menyebut lagi orang dari catatan {number}; catatlah "
            "sekali lagi isinya",
            later=str(anew["since"][-1]),
            number=str(act.number),
        )
        raise LedgerError(message)


def _refuse_used(reader: Reader, act: Act) -> None:
    """Refuse to take back people of whom a later act knows."""
    commitments = FACTS["commitments"]
    named = reader.facts("commitments", commitments.c.act == act.number)
    for table in ("prints", "handed", "told", "planned", "seen", "overrides"):
        column = FACTS[table].c
        refs = sa.select(commitments.c.ref).where(commitments.c.act == act.number)
        later = reader.facts(table, column.act > act.number, column.person.in_(refs))
        if named.height and later.height:
            message = said(
                "act {later} says more of the cards of act {number}; undo that one "
                "first",
                "catatan {later} menyebut lagi kartu dari catatan {number}; batalkan "
                "yang itu dahulu",
                later=str(later["act"][-1]),
                number=str(act.number),
            )
            raise LedgerError(message)


def _refuse_forgotten(reader: Reader, act: Act) -> None:
    """Refuse to change what is known of people of whom nobody can say more."""
    forgotten = sa.select(FACTS["forgotten"].c.ref)
    for table in ("prints", "handed", "told", "overrides"):
        column = FACTS[table].c
        gone = reader.facts(
            table, column.act == act.number, column.person.in_(forgotten)
        )["person"].n_unique()
        if gone:
            message = said(
                "act {number} is also about {gone} people who were forgotten since, so "
                "that it cannot be undone; correct the others{how}",
                "catatan {number} juga menyangkut {gone} orang yang sudah dilupakan, "
                "jadi tidak dapat dibatalkan; betulkan yang lain{how}",
                how=typed(
                    " with `ektp-sched record FILE`",
                    " dengan `ektp-sched record BERKAS`",
                ),
                number=str(act.number),
                gone=gone,
            )
            raise LedgerError(message)


def _refuse_printed_anew(reader: Reader, act: Act) -> None:
    """Refuse to leave somebody a card printed anew, and none before that."""
    if not reader.acts("reprint", live=False):
        return
    after = copy(reader)
    after.undone = reader.undone ^ {act.number}
    without = _without_card(after).join(
        _without_card(reader), on="person", how="anti", maintain_order="left"
    )
    if without.is_empty():
        return
    if act.kind == "reprint":
        raise _no_card_yet(without.height)
    message = said(
        "act {later} prints a card of act {number} anew; undo that one first, or "
        "correct the others{how}",
        "catatan {later} mencetak ulang kartu dari catatan {number}; batalkan yang itu "
        "dahulu, atau betulkan yang lain{how}",
        how=typed(
            " with `ektp-sched record FILE`",
            " dengan `ektp-sched record BERKAS`",
        ),
        later=str(without["anew"][-1]),
        number=str(act.number),
    )
    raise LedgerError(message)


def _without_card(reader: Reader) -> pl.DataFrame:
    """Return of whom no card is known that is printed anew: person, anew (the act)."""
    anew = pl.col("since").shift(-1).over("application_id")
    named = reader.people().drop_nulls().select("person", anew=anew).drop_nulls()
    prints = facts_of(reader, "prints", named["person"])
    cards = cards_of(words_of(prints))
    return named.join(cards, on="person", how="anti", maintain_order="left")


def _no_card_yet(number: int) -> LedgerError:
    """Return that there is nothing to print anew."""
    return LedgerError(
        said(
            "{number} of those named have no card yet that could be printed anew; "
            "hand in the sheet on which it was printed first",
            "{number} dari yang disebut belum memiliki kartu untuk dicetak ulang; "
            "catat dahulu lembar tempat kartunya tercetak",
            number=number,
        )
    )


def accept(
    folder: OfficeFolder, whom: Whom, signature: Signature
) -> tuple[int | None, int, pl.DataFrame]:
    """Accept what an export says that puts people ahead, and is withheld.

    Parameters
    ----------
    folder
        The office.
    whom
        Ids, queue numbers, numbers of identity, or lists of them.
    signature
        With a reason and a second name.

    Returns
    -------
    tuple
        The act, None where all of it was accepted before; how many values it is, and
        in place of which priorities given here: person, field, value, export.

    Raises
    ------
    ektp_sched.errors.InputError
        The ledger does not know one of them, or nothing of theirs is withheld.
    ektp_sched.errors.LedgerError
        A reason or second name is missing.
    """
    signature.refuse_alone(said("accepting", "penerimaan"))
    with folder.ledger.reading() as reader:
        people = People(reader, folder.office).who(whom)
    with folder.ledger.writing() as writer:
        state = state_of(writer)
        key = ["person", "field"]
        waits = state.withheld.join(people, on="person", how="semi")
        accepted = state.overrides.filter(pl.col("because") == "accepted")
        silent = people.join(waits, on="person", how="anti").join(
            accepted, on="person", how="anti"
        )
        if silent.height:
            message = said(
                "of {number} of those named nothing is withheld; records.csv of the "
                "last plan says of whom something is",
                "untuk {number} dari yang disebut tidak ada yang ditahan; records.csv "
                "rencana terakhir menyebut siapa saja",
                number=silent.height,
            )
            raise LedgerError(message)
        replaced = (
            state.overrides.filter(pl.col("because") == "priority")
            .join(waits, on=key, how="inner")
            .filter(pl.col("value") != pl.col("export"))
            .select(*key, "value", "export")
        )
        if waits.is_empty():
            return None, 0, replaced
        nothing = pl.lit(None, pl.String)
        facts = {
            "withheld": waits.select(*key, export=nothing, used=nothing),
            "overrides": waits.select(*key, value="export"),
        }
        detail = {"values": waits.height}
        act = signature.write(writer, "accept", facts, detail=detail)
        return act.number, waits.height, replaced


def reprint(
    folder: OfficeFolder, whom: Whom, signature: Signature
) -> tuple[int | None, int]:
    """Make an application of its own of a card that is to be printed anew.

    It has the id of the card before, and waits since the day of the signature.

    Returns
    -------
    tuple
        The act, None where all of them wait already, and how many are new.

    Raises
    ------
    ektp_sched.errors.InputError
        The ledger does not know one of them.
    ektp_sched.errors.LedgerError
        One has no card yet, or a reason or second name is missing.
    """
    signature.refuse_alone(said("printing anew", "pencetakan ulang"))
    with folder.ledger.writing(begun=True) as writer:
        people = People(writer, folder.office).who(whom)
        state = state_of(writer)
        anew = [act.number for act in writer.acts("reprint")]
        printed = state.results.filter(pl.col("result") == PRINTED)
        has_card = people.join(printed, on="person", how="semi", maintain_order="left")
        rest = people.join(printed, on="person", how="anti")
        waits = state.people.filter(pl.col("since").is_in(anew))
        without = rest.join(waits, on="person", how="anti")
        if without.height:
            raise _no_card_yet(without.height)
        if has_card.is_empty():
            return None, 0
        applications = personal(has_card["application_id"], "application")
        own = {"waiting_since": signature.day.isoformat()}
        own["ready_on"] = own["waiting_since"]
        dates = ("due_on", "recorded_at", "promised_on", "pinned_on")
        own |= {name: "" for name in FIELDS if name in dates}
        overrides = pl.DataFrame({"person": applications.refs}).join(
            pl.DataFrame({"field": [*own], "value": [*own.values()]}), how="cross"
        )
        facts, detail = {"overrides": overrides}, {"cards": has_card.height}
        act = signature.write(writer, "reprint", facts, applications, detail=detail)
        return act.number, has_card.height
