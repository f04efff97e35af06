"""The office as a form: what it says comes back, and only what changed is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from examples import example
from hypothesis import given
from hypothesis import strategies as st
from strategies import HALF
from test_office_roundtrip import offices

from ektp_sched.errors import UsageError
from ektp_sched.example.folder import EXAMPLES, write_start
from ektp_sched.forms.changing import RulesForm, office_form, scenario_form
from ektp_sched.forms.controls import Control, sent_of
from ektp_sched.forms.typed import share_of
from ektp_sched.office import Office, dump
from ektp_sched.office.layout import SETTINGS, SHEETS
from ektp_sched.public import visible
from ektp_sched.scenarios.world.loading import load_scenarios

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ektp_sched.forms.changing import Typed

KUPANG = "kupang"
LANGUAGES = ("en", "id")


def form_of(name: str = KUPANG, language: str = "id") -> RulesForm:
    return office_form(example(name) / "office.toml", language)


def filled(form: RulesForm, **changed: str | Sequence[str] | None) -> Typed:
    """Return what becomes of a form with some controls filled otherwise.

    A name has ``__`` for its dots; None leaves all out whose names begin so.
    """
    sent = sent_of(form.shown().chapters)
    for name, value in changed.items():
        key = name.replace("__", ".")
        if value is None:
            sent = {k: v for k, v in sent.items() if not k.startswith(f"{key}.")}
        else:
            sent[key] = [value] if isinstance(value, str) else [*value]
    return form.typed(sent)


def office_in(typed: Typed, path: Path) -> Office:
    assert typed.content is not None, typed.problems
    path.write_bytes(typed.content)
    return Office.load(path)


def controls(typed: Typed) -> dict[str, Control]:
    return {c.name: c for chapter in typed.chapters for c in chapter.controls()}


def wrong(typed: Typed) -> Mapping[str, tuple[str, ...]]:
    """Return what is wrong by the control, entry or chapter beside which it is said."""
    places: dict[str, tuple[str, ...]] = {}
    for chapter in typed.chapters:
        rows = [row for block in chapter.blocks for row in block.rows]
        places[chapter.key] = chapter.problems
        places |= {row.name: row.problems for row in rows if row.name not in places}
        places |= {c.name: c.problems for c in chapter.controls()}
    return {name: problems for name, problems in places.items() if problems}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_unchanged_form_leaves_every_byte(name: str, language: str) -> None:
    form = form_of(name, language)
    typed = form.typed(sent_of(form.shown().chapters))
    assert (typed.content, typed.changes, typed.wrong) == (form.raw, (), 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_small_office_and_a_workbook_come_back(
    tmp_path: Path, language: Any
) -> None:
    write_start(tmp_path, language=language)
    write_start(tmp_path, example=KUPANG, office_format="xlsx")
    for name in ("office.toml", "office.xlsx"):
        form = office_form(tmp_path / name, language)
        typed = form.typed(sent_of(form.shown().chapters))
        assert (typed.content, typed.wrong) == (form.raw, 0)


def test_every_field_of_the_rules_is_in_the_form_with_its_words() -> None:
    typed = form_of("two-card-types").shown()
    names = {control.name for control in controls(typed).values()}
    assert {f"office.{setting.key}" for setting in SETTINGS} <= names
    blocks = {block.name for chapter in typed.chapters for block in chapter.blocks}
    assert {sheet.name for sheet in SHEETS} <= blocks
    for control in controls(typed).values():
        assert str(control.label), control.name
        assert control.label.indonesian != str(control.label), control.name


@HALF
@given(offices(), st.sampled_from(LANGUAGES), st.sampled_from((".toml", ".xlsx")))
def test_any_office_comes_back_and_may_be_renamed(
    office: Office, language: str, ending: str
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"office{ending}")
        dump(office, path)
        form = office_form(path, language)
        sent = {
            name: [visible(value) for value in values]
            for name, values in sent_of(form.shown().chapters).items()
        }
        typed = form.typed(sent)
        assert (typed.content, typed.changes) == (form.raw, ())
        typed = form.typed(sent | {"office.name": ["Kantor lain"]})
        assert [change.path for change in typed.changes] == [("name",)]
        now = office_in(typed, path)
        assert now.model_dump() == office.model_dump() | {"name": "Kantor lain"}


NAMED = (
    *(("urgency", "name"), ("cards", "name"), ("areas", "name")),
    *(("servers", "id"), ("printers", "id"), ("shifts", "id"), ("quotas", "id")),
)


@HALF
@given(offices(), st.sampled_from(NAMED))
def test_an_entry_is_renamed_there_and_back(
    office: Office, named: tuple[str, str]
) -> None:
    """All that names it follows, and nothing else is another, or elsewhere."""
    table, key = named
    with TemporaryDirectory() as folder:
        path = Path(folder, "office.toml")
        dump(office, path)
        place = f"{table}.0.{key}"
        form = office_form(path, "en")
        sent = sent_of(form.shown().chapters)
        if place not in sent:
            return
        (old,) = sent[place]
        typed = form.typed(sent | {place: ["zz-9"]})
        now = office_in(typed, path)
        assert now != office
        form = office_form(path, "en")
        back = form.typed(sent_of(form.shown().chapters) | {place: [old]})
        again = office_in(back, path)
    assert once(again.model_dump()) == once(office.model_dump())


def once(value: Any) -> str:
    """Return what tables say in their order; a name twice in a list is there once."""
    if isinstance(value, dict):
        return repr([(key, once(part)) for key, part in value.items()])
    if isinstance(value, list | tuple):
        return repr([*dict.fromkeys(map(once, value))])
    return repr(value)


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    form = form_of()
    typed = filled(
        form,
        printers__0__cards_per_day="1.200",
        deliveries__1__on="1/12/2017",
        deliveries__2=None,
        printers__2=None,
        week__5__workdays=("no", "yes"),
        week__4__share="0,8",
        calendar__0__closed="2 Oktober 2017",
        outages__1__resource="printer-1",
        outages__1__from="01-10-2017",
        outages__1__to="3.10.2017",
    )
    office = office_in(typed, tmp_path / "office.toml")
    assert [p.cards_per_day for p in office.printers] == [1_200, 175, 175]
    assert [p.id for p in office.printers] == ["printer-1", "printer-2", "printer-4"]
    assert [d.on for d in office.cards["KTP-el"].deliveries] == [
        *(date(2017, 10, 23), date(2017, 12, 1), date(2018, 6, 4))
    ]
    assert office.calendar.workdays[-1] == "sat"
    assert office.calendar.share == {"fri": Decimal("0.8")}
    assert office.calendar.closed == (date(2017, 10, 2),)
    assert [o.resource for o in office.outages] == ["server-2", "printer-1"]
    before, after = form.raw.decode().splitlines(), (typed.content or b"").decode()
    kept = [line for line in before if line.strip() in after]
    assert len(before) - len(kept) <= 8
    remark = "assumed: the middle of what offices report"
    assert f"cards_per_day = 1200             # {remark}" in after
    told = {each.key: (each.before, each.after) for each in typed.told}
    assert told["printers[1].cards_per_day"] == ("175", "1.200")
    assert told["cards.KTP-el.deliveries[2].on"] == ("11-12-2017", "01-12-2017")
    assert len(told) == len(typed.changes) == 8


def test_a_new_name_is_followed_by_what_names_it(tmp_path: Path) -> None:
    typed = filled(
        form_of("two-card-types"),
        urgency__0__name="darurat",
        cards__1__name="Kartu anak",
        servers__0__id="server-baru",
    )
    office = office_in(typed, tmp_path / "office.toml")
    assert "darurat" in office.urgency
    assert office.cards["KTP-el"].set_aside == {"darurat": 40}
    assert office.cards["Kartu anak"].deliveries
    assert office.printers[2].cards == ("Kartu anak",)
    assert "a hospital" in (typed.content or b"").decode()


NAMES = st.lists(
    st.sampled_from(("one-server", "new-server", "saturdays", "a", "b c", "ü.x", "")),
    min_size=4,
    max_size=4,
    unique=True,
)


@HALF
@given(NAMES, st.booleans())
def test_scenarios_may_be_renamed_and_stay_what_they_are(
    names: list[str], said: bool
) -> None:
    """In their places, with their remarks; what all compare with stays the same."""
    office = Office.load(example(KUPANG) / "office.toml")
    raw = (example(KUPANG) / "scenarios.toml").read_text("utf-8")
    lines = [line for line in raw.splitlines(keepends=True) if said or _silent(line)]
    with TemporaryDirectory() as folder:
        path = Path(folder, "scenarios.toml")
        path.write_text("".join(lines), "utf-8")
        before = load_scenarios(path, office)
        form = scenario_form(path, office, "id")
        typed = filled(
            form, **{f"scenarios__{n}__name": s for n, s in enumerate(names)}
        )
        if typed.content is None:
            assert {*names} & {"", "b c", "ü.x"}
            assert any(place.startswith("scenarios.") for place in wrong(typed))
            return
        path.write_bytes(typed.content)
        after = load_scenarios(path, office)
    new = dict(zip(before.scenarios, names, strict=True))
    assert [*after.scenarios] == names
    assert after.baseline == new[before.baseline]
    assert (before.question is None) is (after.question is None)
    if before.question is not None and after.question is not None:
        assert after.question.choose == new[before.question.choose]
    for old, name in new.items():
        assert after.scenarios[name].cost_idr == before.scenarios[old].cost_idr
    marks = [[a.kind for a in each.assumptions] for each in (before, after)]
    assert marks[0] == marks[1]
    texts = "".join(lines), typed.content.decode()
    assert texts[0].count("#") == texts[1].count("#")
    assert texts[0].count("\n") == texts[1].count("\n")


def _silent(line: str) -> bool:
    return not line.startswith(("baseline", "question"))


def test_a_server_that_is_added_is_followed_by_all_that_names_it(
    scenarios: RulesForm,
) -> None:
    typed = filled(scenarios, scenarios_servers__0__id="server-9")
    text = (typed.content or b"").decode()
    assert "server-9" in text
    assert "server-new" not in text
    typed = filled(scenarios, scenarios_breakdowns__1__id="server-9")
    assert "scenarios_breakdowns.1" in wrong(typed)


@pytest.mark.parametrize("ending", ["toml", "xlsx"])
def test_a_new_name_that_scenarios_do_not_know_is_said_before_it_is_saved(
    tmp_path: Path, ending: Any
) -> None:
    write_start(tmp_path, example=KUPANG, office_format=ending)
    form = office_form(tmp_path / f"office.{ending}", "id")
    assert filled(form, office__name="Kantor").elsewhere == ()
    typed = filled(form, servers__0__id="server-9")
    assert typed.content is not None
    assert {str(problem.path[0]) for problem in typed.elsewhere} >= {"breakdowns"}
    assert all("server-1" in problem.key for problem in typed.elsewhere[:1])


def test_what_others_are_compared_with_is_not_removed_without_a_word() -> None:
    office = Office.load(example(KUPANG) / "office.toml")
    raw = (example(KUPANG) / "scenarios.toml").read_text("utf-8")
    with TemporaryDirectory() as folder:
        path = Path(folder, "scenarios.toml")
        path.write_text("\n".join(filter(_silent, raw.splitlines())), "utf-8")
        form = scenario_form(path, office, "id")
        place = "scenarios_settings.baseline"
        assert set(wrong(filled(form, scenarios__0=None))) == {place}
        typed = filled(
            form, scenarios__0=None, scenarios_settings__baseline="saturdays"
        )
        assert typed.content is not None


def test_entries_may_take_each_others_names(tmp_path: Path) -> None:
    form = form_of("two-card-types")
    before = Office.load(form.path)
    first, second = before.cards
    typed = filled(form, cards__0__name=second, cards__1__name=first)
    office = office_in(typed, tmp_path / "office.toml")
    assert [*office.cards] == [second, first]
    assert office.cards[second] == before.cards[first]
    swapped = {first: second, second: first}
    for printer, old in zip(office.printers, before.printers, strict=True):
        assert printer.cards == (old.cards and tuple(swapped[c] for c in old.cards))


def test_a_new_entry_may_have_the_name_that_another_had(tmp_path: Path) -> None:
    form = form_of()
    sent = sent_of(form.typed(sent_of(form.shown().chapters), "add urgency").chapters)
    rows = [name for name in sent if name.startswith("urgency.") and "name" in name]
    first = sent["urgency.0.name"][0]
    sent |= {"urgency.0.name": ["segera"], rows[-1]: [first]}
    sent[rows[-1].replace("name", "target_days")] = ["9"]
    office = office_in(form.typed(sent), tmp_path / "office.toml")
    before = Office.load(form.path).urgency
    assert [*office.urgency] == ["segera", *[*before][1:], first]
    assert office.urgency["segera"] == before[first]
    assert office.urgency[first].target_days == 9


def test_a_workbook_is_written_anew_with_what_may_become_of_it(tmp_path: Path) -> None:
    from ektp_sched.scenarios.world.sheets import read_scenario_sheets

    write_start(tmp_path, example=KUPANG, office_format="xlsx")
    path = tmp_path / "office.xlsx"
    scenarios = read_scenario_sheets(path)[0].data
    typed = filled(office_form(path, "id"), printers__1__cards_per_day="150")
    assert office_in(typed, path).printers[1].cards_per_day == 150
    assert read_scenario_sheets(path)[0].data == scenarios


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"office__name": ""}, "office.name"),
        ({"office__plan__batch_size": "banyak"}, "office.plan.batch_size"),
        ({"printers__2__cards_per_day": "0"}, "printers.2.cards_per_day"),
        ({"printers__1__id": "printer-1"}, "printers.1.id"),
        ({"printers__1__from": "31-02-2018"}, "printers.1.from"),
        ({"printers__1__from": "2018"}, "printers.1.from"),
        ({"deliveries__1__cards": "-5"}, "deliveries.1.cards"),
        ({"outages__0__resource": ""}, "outages.0.resource"),
        ({"outages__0__from": "01-01-2030"}, "outages.0.from"),
        ({"week__2__share": "1,5"}, "week.2.share"),
        ({"calendar__3__closed": "besok"}, "calendar.3.closed"),
        ({"urgency__1__name": "emergency"}, "urgency.1"),
        ({"urgency__1__default": ("no", "yes")}, "urgency"),
        ({"office__plan__tie_break": "lottery"}, "office.plan.seed"),
        ({"visits_areas__0__area": "Atambua"}, "visits_areas.0"),
        ({"printers": None}, "printers"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    changed: dict[str, Any], place: str
) -> None:
    typed = filled(form_of(), **changed)
    assert typed.content is None
    assert typed.problems == ()
    assert set(wrong(typed)) == {place}
    if place in controls(typed) and (value := next(iter(changed.values()))) and place:
        shown = controls(typed)[place].text
        assert shown == value or "tie_break" in str(changed) or "2017" in shown


def test_a_file_that_is_wrong_is_corrected_in_the_form(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    text = form_of().raw.decode().replace("cards_per_day = 175", 'cards_per_day = "x"')
    path.write_text(text, encoding="utf-8")
    form = office_form(path, "id")
    shown = form.shown()
    assert len(wrong(shown)) == 4
    assert controls(shown)["printers.0.cards_per_day"].text == "x"
    names = {f"printers__{n}__cards_per_day": "175" for n in range(4)}
    assert office_in(filled(form, **names), path).printers[3].cards_per_day == 175


def test_what_the_form_does_not_know_is_kept_and_said_on_top(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_bytes(b"telepon = 1\n" + form_of().raw)
    typed = filled(office_form(path, "id"), office__name="Kantor")
    assert len(typed.problems) == 1
    assert "telepon" in typed.problems[0]


def test_entries_come_and_go_without_a_script(tmp_path: Path) -> None:
    form = form_of()
    sent = sent_of(form.shown().chapters)
    for step in ("add printers", "add calendar.closed", "remove outages.0"):
        typed = form.typed(sent, step)
        assert wrong(typed) == {}
        sent = sent_of(typed.chapters)
    assert "outages.0.resource" not in sent
    sent |= {"printers.4.id": ["printer-5"], "printers.4.cards_per_day": ["100"]}
    office = office_in(form.typed(sent), tmp_path / "office.toml")
    assert [p.id for p in office.printers][-1] == "printer-5"
    assert office.outages == ()
    for step in ("remove printers", "add nothing", "remove printers.x", "add", ""):
        assert sent_of(form.typed(sent, step).chapters).keys() == sent.keys()


HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x";"y")',
    "'; DROP TABLE acts; --",
    '"""\n[ledger]\nurl = \'x\'',
    "a\x00b\x1b[31m",
    "../../etc/passwd",
    "\u202egnp.exe",
    "x" * 100_000,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(tmp_path: Path, text: str) -> None:
    form = form_of("two-card-types")
    sent = sent_of(form.shown().chapters)
    names = [name for name in sent if name != "token"]
    # Each text in fields of its own, so that together they are in many.
    for name in names[HOSTILE.index(text) :: len(names) // 8]:
        typed = form.typed({**sent, name: [text]})
        if typed.content is not None:
            path = tmp_path / "office.toml"
            assert office_in(typed, path).ledger.url is None
            assert len(typed.changes) == 1
    form.typed({text: [text], f"printers.{text}": [text], f"{text}.1.id": ["x"]})


@pytest.fixture(scope="module")
def scenarios() -> RulesForm:
    office = Office.load(example(KUPANG) / "office.toml")
    return scenario_form(example(KUPANG) / "scenarios.toml", office, "id")


@pytest.mark.parametrize("ending", ["toml", "xlsx"])
def test_scenarios_come_back_unchanged(tmp_path: Path, ending: Any) -> None:
    write_start(tmp_path, example=KUPANG, office_format=ending)
    office = Office.load(tmp_path / f"office.{ending}")
    name = "scenarios.toml" if ending == "toml" else "office.xlsx"
    for language in LANGUAGES:
        form = scenario_form(tmp_path / name, office, language)
        typed = form.typed(sent_of(form.shown().chapters))
        assert (typed.content, typed.changes, typed.wrong) == (form.raw, (), 0)


def test_only_what_changed_of_a_scenario_is_written(
    scenarios: RulesForm, tmp_path: Path
) -> None:
    typed = filled(
        scenarios,
        scenarios__1__cost_idr="350.000.000",
        scenarios__2__label="Sabtu",
        scenarios_settings__arrivals__per_working_day="160,5",
    )
    assert typed.content is not None, wrong(typed)
    path = tmp_path / "scenarios.toml"
    path.write_bytes(typed.content)
    made = load_scenarios(path, Office.load(example(KUPANG) / "office.toml"))
    assert made.scenarios["saturdays"].label == "Sabtu"
    assert made.scenarios["new-server"].cost_idr == 350_000_000
    before, after = (
        raw.decode().splitlines() for raw in (scenarios.raw, typed.content)
    )
    assert len(set(before) - set(after)) <= 5
    assert sum(line.startswith("#") for line in after) == sum(
        line.startswith("#") for line in before
    )


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"scenarios__1__cost_idr": "mahal"}, "scenarios.1.cost_idr"),
        (
            {"scenarios_servers__0__cards_per_day.low": "800"},
            "scenarios_servers.0.cards_per_day.low",
        ),
        (
            {"scenarios_settings__told__heeded": "1,2"},
            "scenarios_settings.told.heeded",
        ),
        ({"scenarios_sources__0__kind": "perhaps"}, "scenarios_sources.0.kind"),
    ],
)
def test_what_is_wrong_with_a_scenario_stands_beside_it(
    scenarios: RulesForm, changed: dict[str, str], place: str
) -> None:
    typed = filled(scenarios, **changed)
    assert typed.content is None
    assert place in wrong(typed)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "", "%", "nol", "1e999999"])
def test_what_is_no_percentage_is_said_so(text: str) -> None:
    with pytest.raises(UsageError):
        share_of(text)


def test_a_percentage_is_read_as_people_write_it() -> None:
    for text in ("12,5", "12.5%", " 12,5 % "):
        assert share_of(text) == Decimal("0.125")
