"""Any office survives office.toml → office.xlsx → office.toml unchanged."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import HALF, quota_tables, shift_tables

from ektp_sched.errors import OfficeError
from ektp_sched.office import Office, capacity, dump, to_toml
from ektp_sched.rules.aims import TIERS
from ektp_sched.rules.fields import DAYS, SHEET_ERRORS
from ektp_sched.rules.reading import COLUMNS
from ektp_sched.rules.tiers import DECISION_TIERS

pytestmark = pytest.mark.slow

ids = st.from_regex(r"\A[a-z0-9_-][a-z0-9._-]{0,9}\Z")
days = st.dates()
shares = st.decimals(0, 1, places=2) | st.decimals(0, 1, places=25)
texts = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"]),
    min_size=1,
    max_size=12,
    # A sheet would take such a text for an error, so no office may have it.
).filter(lambda text: text == text.strip() and not re.match(SHEET_ERRORS, text))
counts = st.integers(1, 10_000_000)


def keys(value: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Any]:
    return st.dictionaries(texts, value, min_size=least, max_size=3)


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def spans(draw: st.DrawFn) -> dict[str, date]:
    first, last = sorted([draw(days), draw(days)])
    return {"from": first, "to": last}


@st.composite
def named(draw: st.DrawFn, fields: st.SearchStrategy[Any], least: int) -> Any:
    """Draw entries by name of which exactly one is the default."""
    found = draw(keys(fields, least))
    chosen = draw(st.sampled_from(sorted(found))) if found else None
    return {name: f | {"default": name == chosen} for name, f in found.items()}


@st.composite
def areas(draw: st.DrawFn) -> dict[str, list[str]]:
    words = draw(
        st.lists(texts, max_size=6, unique_by=lambda t: " ".join(t.casefold().split()))
    )
    split = draw(st.integers(0, len(words)))
    found: dict[str, list[str]] = {name: [] for name in words[:split]}
    for word in words[split:] if found else []:
        found[draw(st.sampled_from(words[:split]))].append(word)
    return found


@st.composite
def stocks(draw: st.DrawFn, classes: list[str]) -> dict[str, Any]:
    """Draw a stock with deliveries, blanks set aside and days of expiry."""
    aside = draw(st.dictionaries(st.sampled_from(classes), counts, max_size=2))
    table: dict[str, Any] = {
        "stock": draw(st.integers(sum(aside.values()), 10**9)),
        "set_aside": aside,
        "deliveries": [],
    }
    expiry = draw(st.none() | days)
    if expiry is not None:
        table["expires_on"] = expiry
    for on, cards in sorted(draw(st.lists(st.tuples(days, counts), max_size=2))):
        delivery: dict[str, Any] = {"on": on, "cards": cards}
        if draw(st.booleans()) and (expiry is not None or not aside):
            # What is set aside must expire first.
            least = max(on, expiry) if expiry is not None and aside else on
            delivery["expires_on"] = draw(st.dates(least))
        table["deliveries"].append(delivery)
    return table


@st.composite
def ribbons(draw: st.DrawFn) -> dict[str, Any]:
    """Draw nothing, or what the ribbons of a printer are good for."""
    if draw(st.booleans()):
        return {}
    some = st.decimals(0, 10**6, places=2) | st.decimals(0, 9, places=25)
    coming = st.lists(st.tuples(days, some.filter(bool)), max_size=2)
    return {
        "cards_per_ribbon": draw(counts),
        "ribbons": draw(some),
        "ribbon_deliveries": [
            {"on": on, "ribbons": number} for on, number in sorted(draw(coming))
        ],
    }


@st.composite
def offices(draw: st.DrawFn) -> Office:
    numbers = draw(st.lists(ids, min_size=2, max_size=5, unique_by=str.casefold))
    split = draw(st.integers(1, len(numbers) - 1))
    servers, printers = numbers[:split], numbers[split:]
    places = draw(areas())
    shifts = draw(shift_tables(numbers, draw(days), 9))
    aims = (*TIERS, *DECISION_TIERS) if shifts else TIERS
    urgency = draw(
        named(
            st.fixed_dictionaries(
                {"target_days": st.sampled_from([1, 3, 14, 30, 90])},
                optional={"rank": st.integers(-9, 9)},
            ),
            1,
        )
    )
    cards = draw(named(st.just({}) | stocks(sorted(urgency)), 0))

    def some(of: Any) -> st.SearchStrategy[Any]:
        return st.lists(st.sampled_from(sorted(of)), min_size=1) if of else st.nothing()

    limits = {"servers": some(servers), "cards": some(cards), "areas": some(places)}
    limits = {key: value for key, value in limits.items() if not value.is_empty}
    return Office.model_validate(
        {
            "name": draw(texts),
            "language": draw(st.sampled_from(["id", "en"])),
            "calendar": draw(
                maybe(
                    country=st.sampled_from(["ID", "US"]),
                    workdays=st.lists(st.sampled_from(DAYS), min_size=1),
                    closed=st.lists(days, max_size=3),
                    open=st.lists(days, max_size=3),
                    share=st.dictionaries(st.sampled_from(DAYS), shares),
                )
            ),
            "urgency": urgency,
            "cards": cards,
            "servers": [
                {"id": i, "cards_per_day": draw(counts)} | draw(spans() | st.just({}))
                for i in servers
            ],
            "printers": [
                {"id": i, "cards_per_day": draw(counts)}
                | draw(maybe(**limits))
                | draw(ribbons())
                for i in printers
            ],
            "outages": [
                {"resource": draw(st.sampled_from(numbers)), "share": draw(shares)}
                | draw(spans())
                for _ in range(draw(st.integers(0, 3)))
            ],
            "shifts": shifts,
            "quotas": draw(
                quota_tables(sorted(urgency), sorted(cards), sorted(places))
            ),
            "reserve": draw(maybe(cards_per_day=st.integers(0, 10**7))),
            "plan": draw(
                maybe(
                    tiers=st.lists(st.sampled_from(aims), min_size=1, unique=True),
                    batch_size=counts,
                    seed=st.integers(0, 2**63 - 1),
                )
            ),
            "visits": draw(
                maybe(
                    every_days=st.integers(1, 99),
                    areas=st.dictionaries(
                        st.sampled_from(sorted(places) or ["Alak"]),
                        maybe(every_days=st.integers(1, 9), trip_cost_idr=st.just(0)),
                    ),
                )
            ),
            "columns": draw(keys(st.sampled_from(COLUMNS))),
            "dates": draw(maybe(format=st.just("%m/%d/%Y"))),
            "classify": draw(
                st.lists(
                    st.fixed_dictionaries(
                        {
                            "column": texts,
                            "matches": st.sampled_from(["a|b", " x ", "\\d+;\"'"]),
                            "urgency": st.sampled_from(sorted(urgency)),
                        }
                    ),
                    max_size=2,
                )
            ),
            "areas": places,
            "area_rank": draw(
                st.dictionaries(
                    st.sampled_from(sorted(places)) if places else texts,
                    st.integers(-9, 9),
                    max_size=3,
                )
            ),
            "privacy": draw(maybe(show_nik=st.booleans())),
            "ledger": draw(maybe(url=st.just("sqlite:///other.db"))),
        }
        | draw(
            maybe(
                budget=st.fixed_dictionaries({"idr": st.integers(0, 10**12)}),
                status=st.fixed_dictionaries(
                    {"printable": st.lists(texts, min_size=1, max_size=3)}
                ),
                identity=st.fixed_dictionaries(
                    {"from": texts}, optional={"key": texts}
                ),
            )
        )
    )


@pytest.mark.parametrize("name", ["#N/A", "##", "Err:502"])
def test_what_a_sheet_shows_for_an_error_is_no_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text(f'name = "{name}"\n', encoding="utf-8")
    with pytest.raises(OfficeError) as refusal:
        Office.load(path)
    assert name in str(refusal.value)
    assert name in refusal.value.sentence("id")


@pytest.mark.parametrize("share", ["0.12345678901", "2.5E-12", "0.000000001"])
def test_no_decimal_of_a_share_is_lost_in_a_cell(share: str, tmp_path: Path) -> None:
    rules = {"name": "K", "calendar": {"share": {"mon": Decimal(share)}}}
    machines = [{"id": "a", "cards_per_day": 1}], [{"id": "b", "cards_per_day": 1}]
    tables = rules | dict(zip(("servers", "printers"), machines, strict=True))
    dump(Office.model_validate(tables), tmp_path / "office.xlsx")
    read = Office.load(tmp_path / "office.xlsx").calendar.share
    assert read == {"mon": Decimal(share)}


@given(office=offices())
def test_no_conversion_loses_anything(office: Office) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder)
        dump(office, path / "a.toml")
        first = Office.load(path / "a.toml")
        dump(first, path / "b.xlsx")
        second = Office.load(path / "b.xlsx")
        dump(second, path / "c.toml")
        assert first == office
        assert second == office
        assert (path / "a.toml").read_bytes() == (path / "c.toml").read_bytes()


@given(office=offices(), start=st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_capacity_keeps_its_limits(office: Office, start: date) -> None:
    found = capacity(office, start, 30)
    for ids_, cards, resources in (
        (found.printers, found.printer_cards, office.printers),
        (found.servers, found.server_cards, office.servers),
    ):
        limits = {r.id: r.cards_per_day for r in resources}
        assert list(ids_) == sorted(limits)
        assert cards.shape == (len(limits), 30)
        assert (cards[:, ~found.open] == 0).all()
        assert (cards >= 0).all()
        assert all((row <= limits[i]).all() for i, row in zip(ids_, cards, strict=True))


@HALF
@given(office=offices())
def test_order_of_the_tables_changes_no_capacity(office: Office) -> None:
    turned = office.model_copy(
        update={
            "printers": office.printers[::-1],
            "servers": office.servers[::-1],
            "outages": office.outages[::-1],
        }
    )
    first, second = (capacity(o, date(2017, 9, 11), 20) for o in (office, turned))
    assert first.printers == second.printers
    assert (first.printer_cards == second.printer_cards).all()
    assert (first.server_cards == second.server_cards).all()
    assert (first.reaches == second.reaches).all()


def test_equal_decimals_are_equal_offices() -> None:
    base: dict[str, Any] = {
        "name": "K",
        "servers": [{"id": "s", "cards_per_day": 1}],
        "printers": [{"id": "p", "cards_per_day": 1}],
    }
    one, two = (
        Office.model_validate(base | {"calendar": {"share": {"fri": Decimal(text)}}})
        for text in ("0.8", "0.800")
    )
    assert one == two


SCRIPT = """
from ektp_sched.errors import OfficeError
from ektp_sched.office import to_toml
from ektp_sched.office.office import parse_office
from ektp_sched.office.workbook import workbook_bytes
from hashlib import sha256
data = {"name": "K", "servers": [{"id": "s", "cards_per_day": 1}],
        "printers": [{"id": "p", "cards_per_day": 1}]}
office = parse_office(data | {"calendar": {"country": "ID", "share": {"fri": 0.5}}})
print(to_toml(office), sha256(workbook_bytes(office)).hexdigest())
try:
    parse_office(data | {"ar": 1, "columns": {"a": "x"}, "calendar": {"country": "XX"}})
except OfficeError as error:
    print(*error.problems, sep="\\n")
"""


def test_text_workbook_and_problems_depend_on_no_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
    assert b'unknown key "ar"' in outputs.pop()


def test_text_of_a_small_office() -> None:
    office = Office.model_validate(
        {
            "name": 'Kantor "A"',
            "servers": [{"id": "s", "cards_per_day": 1}],
            "printers": [{"id": "p", "cards_per_day": 1}],
            "areas": {"Batu Plat": ["Batuplat"]},
        }
    )
    lines = to_toml(office).splitlines()
    assert lines[0] == 'name = "Kantor \\"A\\""'
    assert "[urgency.routine]" in lines
    assert '"Batu Plat" = ["Batuplat"]' in lines
    assert "[dates]" not in lines
