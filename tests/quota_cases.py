"""Quotas by their definitions, card by card, and small cases with them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from builders import EVERY_DAY, Case, choices, day, make_backlog, make_office
from hypothesis import strategies as st

from ektp_sched.office import calendar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from builders import Slot

    from ektp_sched.rules.quotas import Quota

__all__ = ["broken", "of_kind", "quota_cases"]


def of_kind(quota: Quota, row: Mapping[str, Any]) -> bool:
    return all(
        names is None or row[key] in names
        for key, names in (
            ("urgency", quota.urgency),
            ("card", quota.card),
            ("area", quota.area),
        )
    )


def _periods(case: Case, per: str, *, least: bool) -> list[list[date]]:
    days = [case.start + timedelta(days=d) for d in range(case.days)]
    if per == "plan":
        return [days]
    if per == "day":
        opened = calendar(case.office, case.start, case.days).open
        return [
            [d] for d, works in zip(days, opened, strict=True) if works or not least
        ]
    weeks: dict[date, list[date]] = {}
    for d in days:
        weeks.setdefault(d - timedelta(days=d.weekday()), []).append(d)
    return [week for week in weeks.values() if len(week) == 7 or not least]


def _left(case: Case, choice: Sequence[Slot], quota: Quota, end: date) -> int:
    """Count those of the kind who could have been printed by a day and were not."""
    count = 0
    for row, slot in zip(case.rows(), choice, strict=True):
        printed = None if slot is None else case.start + timedelta(days=slot[0])
        count += (
            of_kind(quota, row)
            and row["ready_on"] <= end
            and bool(case.office.eligible(row["card"], row["area"]))
            and not (row["pinned_on"] is not None and row["pinned_on"] > end)
            and not (printed is not None and printed <= end)
        )
    return count


def broken(case: Case, choice: Sequence[Slot]) -> set[tuple[int, str, date]]:
    """Return each quota, key and first day of a period that a plan does not keep."""
    found = set()
    rows = case.rows()
    for index, quota in enumerate(case.office.quotas):
        for key in ("at_most", "at_least", "at_most_share", "at_least_share"):
            value = getattr(quota, key)
            if value is None:
                continue
            least = key.startswith("at_least")
            for period in _periods(case, quota.per, least=least):
                inside = [
                    row
                    for row, slot in zip(rows, choice, strict=True)
                    if slot is not None and day(slot[0]) in period
                ]
                mine = sum(of_kind(quota, row) for row in inside)
                wanted = Fraction(value) * (len(inside) if "share" in key else 1)
                if least:
                    left = _left(case, choice, quota, period[-1])
                    wrong = mine < wanted and left > 0
                else:
                    wrong = mine > wanted
                if wrong:
                    found.add((index, key, period[0]))
    return found


_SELECTIONS: list[dict[str, Any]] = [
    {"area": "Alak"},
    {"area": ["Alak", "Oebobo"]},
    {"urgency": "urgent"},
    {"card": "KIA"},
    {"card": "KTP", "area": "Oebobo"},
]
_SHARES = [Decimal(share) for share in ("0", "0.25", "0.3", "0.5", "1")]


@st.composite
def quota_cases(draw: st.DrawFn, most: int = 6) -> tuple[Case, tuple[Slot, ...]]:
    """Draw a case with quotas, and a plan that may break them and nothing else."""
    quotas = []
    for _ in range(draw(st.integers(1, 2))):
        quota = dict(draw(st.sampled_from(_SELECTIONS)))
        quota["per"] = draw(st.sampled_from(["day", "week", "plan"]))
        keys = draw(
            st.sets(
                st.sampled_from(["at_most", "at_least", "at_most_share"])
                | st.just("at_least_share"),
                min_size=1,
                max_size=2,
            )
        )
        for key in sorted(keys):
            values = st.sampled_from(_SHARES) if "share" in key else st.integers(0, 3)
            quota[key] = draw(values)
        for end in ("", "_share"):
            least, upper = f"at_least{end}", f"at_most{end}"
            if least in quota and upper in quota:
                quota[least], quota[upper] = sorted((quota[least], quota[upper]))
        quotas.append(quota)
    few = st.integers(0, 3).map(lambda blanks: {"stock": blanks})
    stock: st.SearchStrategy[dict[str, int]] = st.just({}) | st.just({}) | few
    office = make_office(
        calendar={"workdays": EVERY_DAY[: draw(st.sampled_from([5, 7]))]},
        cards={"KTP": {"default": True} | draw(stock), "KIA": draw(stock)},
        printers=[
            {"id": "p", "cards_per_day": 9, "cards": ["KTP"]},
            {"id": "q", "cards_per_day": 9, "areas": ["Alak", "Oebobo"]},
        ],
        quotas=quotas,
    )
    days = draw(st.sampled_from([2, 4, 9, 15]))
    rows = [
        {
            "application_id": f"a{i}",
            "waiting_since": -draw(st.integers(0, 4)),
            "ready_on": draw(st.sampled_from([None, 1, 3, 20])),
            "pinned_on": draw(st.sampled_from([None, None, None, -1, 3, 30])),
            "urgency": draw(st.sampled_from(["routine", "urgent"])),
            "card": draw(st.sampled_from(["KTP", "KIA"])),
            "area": draw(st.sampled_from(["Alak", "Oebobo", "Maulafa"])),
        }
        for i in range(draw(st.integers(1, most)))
    ]
    for row in rows:
        row["ready_on"] = row["ready_on"] or row["waiting_since"]
    case = Case(office, make_backlog(rows, office), days)
    options = [choices(case, row) or [None] for row in case.rows()]
    return case, tuple(draw(st.sampled_from(some)) for some in options)
