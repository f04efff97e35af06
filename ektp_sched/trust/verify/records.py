"""What a plan says of changed records, against itself, the export and the last plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.records import (
    AHEAD,
    BECAUSE,
    FIELDS,
    RECORDS,
    UNDONE,
    in_words,
    puts_ahead,
)
from ektp_sched.trust.findings import Findings
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ektp_sched.backlog import Backlog
    from ektp_sched.documents import Plan
    from ektp_sched.office import Office
    from ektp_sched.trust.findings import Violation
    from ektp_sched.words import Said

_KEY: Final = ["application_id", "field"]
_CODE: Final = "false-record"


def check_records(backlog: Backlog, office: Office, findings: Findings) -> None:
    """Check that each record is used as it says, and for a reason that there can be.

    Parameters
    ----------
    backlog
        The accepted applications; without ``records`` there is nothing to check.
    office
        Says which class comes before which.
    findings
        Where violations go: ``false-record``.
    """
    records = backlog.records
    if records is None or records.is_empty():
        return
    keys = records.select(_KEY)
    if not (keys.equals(keys.sort(_KEY)) and keys.is_unique().all()):
        message = said(
            "records.csv is not one row for each application and field, in order.",
            "records.csv tidak berisi satu baris untuk setiap permohonan dan kolom, "
            "secara berurutan.",
        )
        findings.add(_CODE, message)
    people = backlog.frame.join(keys, on="application_id", how="semi")
    since = people.select("application_id", since=in_words("waiting_since"))
    rows = records.join(
        _cells(people, "planned"), on=_KEY, how="left", maintain_order="left"
    ).join(since, on="application_id", how="left", maintain_order="left")
    field, new, used = pl.col("field"), pl.col("is"), pl.col("used")
    because = pl.col("because")
    here = pl.col("since").is_not_null() & field.is_in(FIELDS) & because.is_in(BECAUSE)
    # A date told may be earlier than the export's.
    right = (field == "promised_on") | used.eq_missing(pl.col("planned"))
    not_sooner = (field == "ready_on") & (used == pl.col("since")) & (new < used)
    waits = puts_ahead(field, new, used, office) | not_sooner
    own_date = (field != "waiting_since") | (used >= new)
    reasoned = (
        pl.when(because.is_in(["taken", "accepted"]))
        .then(used.eq_missing(new))
        .when(because == "withheld")
        .then(waits)
        .when(because == UNDONE)
        .then(used.eq_missing(new) | waits)
        .when(because == "priority")
        .then(field.is_in(["urgency", "due_on"]))
        .otherwise(own_date)
    )
    _tell(
        findings,
        rows.filter(~here.fill_null(value=False)),
        said(
            "records.csv says something of nobody who is planned, or of no field.",
            "records.csv menyebut orang yang tidak direncanakan, atau kolom yang tidak "
            "ada.",
        ),
    )
    rows = rows.filter(here.fill_null(value=False))
    _tell(
        findings,
        rows.filter(~right),
        said(
            "records.csv says that another value is used than applications.csv has.",
            "records.csv menyebut nilai lain daripada yang dipakai di "
            "applications.csv.",
        ),
    )
    _tell(
        findings,
        rows.filter(~reasoned.fill_null(value=False)),
        said(
            "records.csv gives a reason for which that value would not be used.",
            "records.csv memberi alasan yang tidak membenarkan pemakaian nilai itu.",
        ),
    )


def check_raw_records(
    plan: Plan, export: Backlog, office: Office, previous: Plan | None = None
) -> list[Violation]:
    """Return where a plan's records are not those of an export and of the last plan.

    Parameters
    ----------
    plan
        Its ``backlog.records`` are judged.
    export
        As it was read, with nothing else put in.
    office
        Says which class comes before which.
    previous
        The last plan: what it used is what a record says was known before, and what is
        used where a change waits.  Nobody may stand ahead of where that had the person,
        unless a record says that it was accepted or decided, or that what put the
        person behind was taken back.

    Returns
    -------
    list of Violation
        ``false-record``.
    """
    findings = Findings(plan.start)
    records = plan.backlog.records
    if records is None:
        records = pl.DataFrame(schema=dict(RECORDS))
    people = export.frame.join(records, on="application_id", how="semi")
    exported = _cells(people, "exported").with_columns(known=pl.lit(True))
    rows = records.join(exported, on=_KEY, how="left", maintain_order="left")
    same = pl.col("known").is_not_null() & pl.col("is").eq_missing(pl.col("exported"))
    _tell(
        findings,
        rows.filter(~same),
        said(
            "records.csv says that the export has another value than it has.",
            "records.csv menyebut nilai ekspor yang lain daripada isi ekspornya.",
        ),
    )
    if previous is not None and plan.mark is not None:
        _check_before(records, previous, findings)
        _check_ahead(plan, records, office, previous, findings)
    return findings.listed()


def _check_before(records: pl.DataFrame, previous: Plan, findings: Findings) -> None:
    """Check that what was known before is what the last plan used.

    Where that used what somebody decided, which counts no longer, nothing is known.
    """
    people = previous.backlog.frame.join(records, on="application_id", how="semi")
    rows = records.filter(
        pl.col("because").is_in(["taken", "withheld", UNDONE])
        & ~pl.col("field").is_in(["promised_on", "ready_on"])
    ).join(_cells(people, "before"), on=_KEY, maintain_order="left")
    is_undone = pl.col("because") == UNDONE
    if (decided := previous.backlog.records) is not None:
        decided = decided.filter(~pl.col("because").is_in(["taken", "withheld"]))
        exported = rows.filter(~is_undone)
        exported = exported.join(decided, on=_KEY, how="anti", maintain_order="left")
        rows = pl.concat([exported, rows.filter(is_undone)])
    before, used = pl.col("before"), pl.col("used")
    withheld = (pl.col("because") == "withheld") & used.ne_missing(before)
    _tell(
        findings,
        rows.filter(pl.col("was").ne_missing(before) | withheld),
        said(
            "records.csv says that another value was known before than the previous "
            "plan used.",
            "records.csv menyebut nilai sebelumnya yang lain daripada yang dipakai "
            "rencana sebelumnya.",
        ),
    )


def _check_ahead(
    plan: Plan,
    records: pl.DataFrame,
    office: Office,
    previous: Plan,
    findings: Findings,
) -> None:
    ids = ["application_id"]
    now = plan.backlog.frame.select(*ids, *AHEAD)
    both = now.join(
        previous.backlog.frame.select(*ids, *AHEAD), on=ids, suffix="_before"
    )
    moved = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in AHEAD
    )
    both = both.filter(moved)
    before = both.select(*ids, *(pl.col(f"{n}_before").alias(n) for n in AHEAD))
    because = pl.col("because")
    decided = records.filter(because.is_in(["accepted", "priority"])).select(_KEY)
    put_back = records.filter(because == UNDONE).select(_KEY)
    if previous.backlog.records is not None:
        priorities = previous.backlog.records.filter(because == "priority")
        put_back = put_back.join(priorities, on=_KEY, how="semi")
        decided = pl.concat([decided, put_back])
    rows = (
        _cells(both, "now", AHEAD)
        .join(_cells(before, "before", AHEAD), on=_KEY)
        .join(decided, on=_KEY, how="anti")
        .sort(_KEY)
    )
    change = (pl.col("field"), pl.col("now"), pl.col("before"))
    # What ranks first today may not have done so when it was taken.
    ahead = puts_ahead(*change, office) & puts_ahead(*change, previous.office)
    _tell(
        findings,
        rows.filter(ahead),
        said(
            "Stands ahead of where the previous plan had it, and records.csv names "
            "nobody's decision.",
            "Didahulukan dibanding rencana sebelumnya, dan records.csv tidak menyebut "
            "keputusan siapa pun.",
        ),
    )


def _cells(
    people: pl.DataFrame, name: str, fields: Iterable[str] = FIELDS
) -> pl.DataFrame:
    """Return id and field beside what stands there."""
    return people.select("application_id", *map(in_words, fields)).unpivot(
        index="application_id", variable_name="field", value_name=name
    )


def _tell(findings: Findings, rows: pl.DataFrame, message: Said) -> None:
    wrong = pl.repeat(True, rows.height, eager=True).to_numpy()
    for (row,) in findings.places(_CODE, wrong):
        findings.add(_CODE, message, application_id=rows["application_id"][row])
