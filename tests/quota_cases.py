"""Small cases with quotas, and what a plan of one breaks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from builders import EVERY_DAY, Case, choices, day, make_backlog, make_office
from hypothesis import strategies as st
from reference import broken_quotas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from builders import Slot


def broken(case: Case, choice: Sequence[Slot]) -> set[tuple[int, str, date]]:
    """Return each quota, key and first day of a period that a plan does not keep."""
    names = case.backlog.frame["application_id"]
    days = {n: slot and slot[0] for n, slot in zip(names, choice, strict=True)}
    return {(index, key, day(first)) for index, key, first in broken_quotas(case, days)}


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
