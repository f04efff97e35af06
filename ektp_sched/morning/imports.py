"""An export beside what the ledger knows: what is new, and what of it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.matching import UNKNOWN, match_ids, rows_at
from ektp_sched.backlog.records import (
    AHEAD,
    FIELDS,
    RECORDS,
    UNDONE,
    in_words,
    puts_ahead,
    with_records,
)
from ektp_sched.backlog.statuses import already_printed
from ektp_sched.ledger import newest_of, personal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.ledger import Personal
    from ektp_sched.ledger.state import State
    from ektp_sched.office import Office

_ID: Final = "application_id"
_KEY: Final = ["person", "field"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an export says that the ledger does not.

    Parameters
    ----------
    facts
        Of an act ``import``, by table; no frame is empty.
    people
        Whom no export had, and no card from the reserve was for.
    counts
        Applications that are ``new``, ``changed``, ``gone``, ``back`` (gone before),
        and of whom something is ``withheld`` now.
    """

    facts: Mapping[str, pl.DataFrame]
    people: Personal
    counts: Mapping[str, int]

    @property
    def is_new(self) -> bool:
        """Return whether there is anything to be written."""
        return bool(self.facts)


def compare(backlog: Backlog, state: State, office: Office, day: date) -> Imported:
    """Lay an export beside what the ledger knows.

    Parameters
    ----------
    backlog
        The export as it was read.
    state
        What the ledger knew before.
    office
        Which class comes before which, and which status is that of a printed card.
    day
        The morning: whoever stands on a sheet before it, of whom nothing is known and
        whom the export drops or calls printed, was printed then.
    """
    known = (
        newest_of(state.people)
        .select("person", _ID)
        .join(state.seen, on="person", how="left", maintain_order="left")
    )
    rows = _rows(backlog, office)
    before = rows_at(known.drop(_ID), match_ids(rows[_ID], known[_ID]))
    nobody = before["person"].is_null()
    people = personal(rows[_ID].filter(nobody), "application")
    person = before["person"].scatter(nobody.arg_true(), people.refs)
    rows = _with_former(rows, before).with_columns(person)
    rows = rows.hstack(before.drop("person").rename(_was))
    is_new, is_back = pl.col("state_was").is_null(), pl.col("state_was") == "gone"
    differs = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(_was(name))) for name in ("state", *FIELDS)
    )
    seen = rows.filter(differs)
    gone = known.filter(pl.col("state") != "gone").join(rows, on="person", how="anti")
    withheld, accepted = _withheld(rows, state, office)
    facts = {
        "seen": seen.select("person", "state", *FIELDS),
        "gone": gone.select("person"),
        "withheld": withheld,
        "overrides": accepted,
        "prints": _concluded(rows, known, state, day),
    }
    waits = withheld.drop_nulls("export")["person"]
    new, back = (int(seen.select(each.sum()).item()) for each in (is_new, is_back))
    return Imported(
        facts={name: frame for name, frame in facts.items() if frame.height},
        people=people,
        counts={
            "new": new,
            "changed": seen.height - new - back,
            "gone": gone.height,
            "back": back,
            "withheld": waits.n_unique(),
        },
    )


def _was(name: str) -> str:
    return f"{name}_was"


def _rows(backlog: Backlog, office: Office) -> pl.DataFrame:
    """Return whom an export has, once each, and whether it calls the card printed."""
    held = backlog.held
    rows = [
        backlog.frame.select(_ID, *FIELDS, state=pl.lit("ready")),
        held.select(_ID, "status", "area", state=pl.lit("held")).with_columns(
            already_printed(held["status"], office).alias("done")
        ),
    ]
    if backlog.rejected_ids is not None and len(backlog.rejected_ids):
        rejected = pl.DataFrame({_ID: backlog.rejected_ids.unique(maintain_order=True)})
        # A row that repeats an id is rejected, and the other one stays.
        for others in (backlog.frame, held):
            rejected = rejected.join(
                others.select(_ID), on=_ID, how="anti", maintain_order="left"
            )
        rows.append(rejected.with_columns(state=pl.lit("rejected")))
    return pl.concat(rows, how="diagonal").rechunk()


def _with_former(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return rows with what was known before, where an export says nothing of it."""
    state = rows["state"]
    if (state == "ready").all():
        return rows
    silent = dict.fromkeys(FIELDS, state != "ready")
    silent |= dict.fromkeys(("status", "area"), state == "rejected")
    return rows.with_columns(
        before[name].zip_with(where, rows[name]) for name, where in silent.items()
    )


def _withheld(
    rows: pl.DataFrame, state: State, office: Office
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what waits to be accepted, and what is now of what was accepted."""
    decided = state.overrides
    accepted = decided.filter(pl.col("because") == "accepted")
    own_dates = decided.filter(pl.col("because") == "reprint")
    standing = pl.concat([state.withheld["person"], accepted["person"]])
    moved = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(_was(name))) for name in AHEAD
    )
    moved |= pl.col("person").is_in(standing.unique().implode())
    known = pl.col("waiting_since_was").is_not_null()
    rows = rows.filter((pl.col("state") == "ready") & known & moved)
    former = rows.select("person", *(pl.col(_was(n)).alias(n) for n in AHEAD))
    changes = (
        _beside(rows, "is")
        .with_columns(_beside(former, "was")["was"])
        .join(own_dates, on=_KEY, how="anti", maintain_order="left")
        .join(
            state.withheld.select(*_KEY, waits="export", used="used"),
            on=_KEY,
            how="left",
            maintain_order="left",
        )
        .join(
            accepted.select(*_KEY, accepted="value"),
            on=_KEY,
            how="left",
            maintain_order="left",
        )
        .join(
            state.changed.select(*_KEY, planned="was", since=pl.lit(True)),
            on=_KEY,
            how="left",
            maintain_order="left",
        )
        # What is laid beside is what the last plan used, if exports came since.
        .with_columns(
            used=pl.when(pl.col("waits").is_not_null())
            .then("used")
            .when(pl.col("accepted").is_not_null())
            .then("accepted")
            .when(pl.col("since").is_not_null())
            .then("planned")
            .otherwise("was")
        )
        .with_columns(
            ahead=puts_ahead(pl.col("field"), pl.col("is"), pl.col("used"), office)
        )
    )
    taken = changes.filter(~pl.col("ahead"))
    waits = changes.filter(pl.col("ahead") & pl.col("waits").ne_missing(pl.col("is")))
    nothing = pl.lit(None, pl.String)
    withheld = pl.concat(
        [
            waits.select(*_KEY, export="is", used="used"),
            taken.drop_nulls("waits").select(*_KEY, export=nothing, used=nothing),
        ]
    )
    over = taken.drop_nulls("accepted")
    over = over.filter(pl.col("accepted").ne_missing(pl.col("is")))
    return withheld, over.select(*_KEY, value="is")


def _beside(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return person and field beside what is said of it, field by field."""
    return rows.select("person", *map(in_words, AHEAD)).unpivot(
        index="person", variable_name="field", value_name=name
    )


def _concluded(
    rows: pl.DataFrame, known: pl.DataFrame, state: State, day: date
) -> pl.DataFrame:
    """Return the cards of earlier sheets that were printed, as an export knows."""
    place = ("person", "day", "printer", "plan")
    asked = state.unknown(day).select(place)
    left_out = (
        state.results.filter(pl.col("result") == "open")
        .select(place)
        .join(asked, on="person", how="anti", maintain_order="left")
        .join(
            state.given.filter(pl.col("day") >= day),
            on="person",
            how="anti",
            maintain_order="left",
        )
    )
    is_there = pl.col("state").is_not_null()
    return (
        pl.concat([asked, left_out])
        .join(known.select("person", "card"), on="person", maintain_order="left")
        .join(
            rows.select("person", "state", "done"),
            on="person",
            how="left",
            maintain_order="left",
        )
        .filter(~is_there | pl.col("done"))
        .select(
            *place,
            "card",
            result=pl.lit("printed"),
            reason=pl.when(is_there)
            .then(pl.lit("export-done"))
            .otherwise(pl.lit("export-dropped")),
        )
    )


def as_used(
    backlog: Backlog, state: State, office: Office
) -> tuple[Backlog, pl.DataFrame]:
    """Return an export as it is planned, and what of it is not the export's or is new.

    Parameters
    ----------
    backlog
        The export as it was read.
    state
        What the ledger knows with it.
    office
        A class that it has not cannot be used.

    Returns
    -------
    Backlog
        Its ``records`` are what is returned beside it.
    polars.DataFrame
        The columns of `RECORDS`, sorted by id and field; `RECORDS` says their meaning.
    """
    decided = state.overrides
    accepted = pl.col("because") == "accepted"
    columns = (*_KEY, "was", "used", "because", "is_own")
    decided = decided.rename({"value": "used"}).with_columns(is_own=accepted)
    waits = state.withheld.select(*_KEY, "used", is_own=pl.lit(value=False))
    # What was decided here goes before what waits, and that before the export's own;
    # where a decision was taken back it is one of these two that is used again.
    words = pl.concat(
        [
            decided.filter(~accepted).select(columns),
            state.put_back.join(waits, on=_KEY, how="left", maintain_order="left")
            .with_columns(pl.col("is_own").fill_null(value=True))
            .with_columns(because=pl.lit(UNDONE))
            .select(columns),
            waits.with_columns(was="used", because=pl.lit("withheld")).select(columns),
            decided.filter(accepted).select(columns),
            state.changed.select(
                *_KEY,
                "was",
                used="is",
                because=pl.lit("taken"),
                is_own=pl.lit(value=True),
            ),
        ]
    ).unique(_KEY, keep="first", maintain_order=True)
    words = words.join(
        newest_of(state.people).select("person", _ID),
        on="person",
        maintain_order="left",
    )
    exported = _exported(backlog, words[_ID].unique())
    records = _judged(words.join(exported, on=[_ID, "field"]), office)
    used = with_records(backlog, records)
    late = used.frame.filter(pl.col("ready_on") < pl.col("waiting_since"))
    if late.height:
        records = _ready_no_sooner(records, late, exported)
        used = with_records(backlog, records)
    return used, records


def _exported(backlog: Backlog, ids: pl.Series) -> pl.DataFrame:
    """Return id and field of some people beside what an export says."""
    at = match_ids(ids, backlog.frame[_ID])
    people = rows_at(backlog.frame, at[at != UNKNOWN])
    return people.select(_ID, *map(in_words, FIELDS)).unpivot(
        index=_ID, variable_name="field", value_name="is"
    )


def _judged(words: pl.DataFrame, office: Office) -> pl.DataFrame:
    """Return the records of those words that still say something of an export."""
    because, field = pl.col("because"), pl.col("field")
    here = because.is_in(["priority", "reprint"])
    known_class = pl.col("used").is_in([*office.urgency])
    return (
        words.with_columns(
            was=pl.when(here).then("is").otherwise(pl.col("was").replace("", None)),
            used=pl.when("is_own")
            .then("is")
            .otherwise(pl.col("used").replace("", None)),
        )
        .filter(
            pl.col("was").ne_missing(pl.col("is"))
            | pl.col("used").ne_missing(pl.col("is"))
        )
        .filter((field != "urgency") | known_class.fill_null(value=False))
        .select(*RECORDS)
        .sort(_ID, "field")
    )


def _ready_no_sooner(
    records: pl.DataFrame, late: pl.DataFrame, exported: pl.DataFrame
) -> pl.DataFrame:
    """Return records by which nobody is ready before the day of waiting used."""
    key = [_ID, "field"]
    since = records.filter(pl.col("field") == "waiting_since")
    ready = (
        late.select(_ID, used=in_words("waiting_since"), field=pl.lit("ready_on"))
        .join(since.select(_ID, "because"), on=_ID)
        .join(exported, on=key)
        .join(records.select(*key, "was"), on=key, how="left")
        .with_columns(was=pl.coalesce("was", "used"))
        .select(*RECORDS)
    )
    rest = records.join(ready, on=key, how="anti")
    return pl.concat([rest, ready]).sort(key)
