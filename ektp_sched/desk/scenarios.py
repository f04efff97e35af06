"""What may become of the office as a form, and the first scenarios from answers."""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.days.folder import OFFICES, office_file
from ektp_sched.desk.rules_page import RulesPage
from ektp_sched.desk.visit import Page
from ektp_sched.errors import AskedError, ScenarioError, UsageError
from ektp_sched.example.answers import FirstScenarios, first_scenarios
from ektp_sched.failures import failure
from ektp_sched.forms.changing import scenario_form
from ektp_sched.forms.marks import marked
from ektp_sched.forms.typed import day_of, whole_of
from ektp_sched.month.history import came
from ektp_sched.office.writing import tables_to_toml
from ektp_sched.places import replace_file
from ektp_sched.rules.fields import LARGEST_DAILY
from ektp_sched.scenarios.world.loading import judged_scenarios, scenarios_beside
from ektp_sched.scenarios.world.model import SCENARIOS_FILE
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.responses import Response

    from ektp_sched.desk.visit import Visit
    from ektp_sched.forms.changing import RulesForm
    from ektp_sched.words import Said

_ADDRESS: Final = "/whatif/scenarios"
_SAVING: Final = threading.Lock()
_MARKS: Final = ("assumed", "fact")
_DEAREST: Final = 1_000_000_000_000
_DAYS: Final = ("earliest", "likely", "latest")
_FIELDS: Final = ("arrivals", "cards", "cost", *_DAYS)
_STANDBY: Final = ("unknown", "yes", "no")
"""Whether today's servers stand by then; of what nobody knows yes is assumed."""


def _form(visit: Visit) -> RulesForm:
    folder = visit.folder()
    path = scenarios_beside(office_file(folder.path))
    if path is None:
        message = said(
            "there are no scenarios yet; make the first ones on the page What if",
            "belum ada skenario; buatlah yang pertama di halaman Bagaimana jika",
        )
        raise ScenarioError(message)
    return scenario_form(path, folder.office, visit.words.code)


def _save(visit: Visit, form: RulesForm, content: bytes) -> str:
    """Put a new file of scenarios in place; a workbook is the office's, and an act."""
    if form.path.name in OFFICES:
        from ektp_sched.days.office import change_office

        change_office(visit.folder(), content, visit.signature(), rests_on=form.digest)
    else:
        with _SAVING:
            if sha256(form.path.read_bytes()).hexdigest() != form.digest:
                message = said(
                    "the scenarios were changed meanwhile",
                    "skenarionya sudah diubah orang lain",
                )
                raise AskedError(message, asks="overtaken")
            replace_file(form.path, content)
    return visit.words.text("desk.scenarios.saved")


# --- the first ones -----------------------------------------------------------------


def _ask(visit: Visit) -> Response:
    if scenarios_beside(office_file(visit.folder().path)) is not None:
        return visit.go("/whatif")
    people, days = _came(visit)
    texts = {"standby": _STANDBY[0]}
    if days:
        texts |= {"arrivals": str(_a_day(people, days)), "arrivals.mark": "fact"}
    return _asked(visit, texts, {})


def _came(visit: Visit) -> tuple[int, int]:
    """Return how many people came on how many working days, as the ledger knows."""
    folder = visit.folder()
    if not folder.ledger.exists:
        return 0, 0
    with folder.ledger.reading() as reader:
        return came(reader, folder.office)


def _a_day(people: int, days: int) -> int:
    """Return a mean as a whole number, which is none only where nobody came."""
    return max((2 * people + days) // (2 * days), int(people > 0))


def _asked(
    visit: Visit, texts: Mapping[str, str], problems: Mapping[str, Said]
) -> Response:
    return visit.page(
        "scenarios.html.j2",
        texts=texts,
        problems=problems,
        fields=_FIELDS,
        marks=_MARKS,
        standby=_STANDBY,
        came=_came(visit),
    )


def _make(visit: Visit) -> Response:
    folder = visit.folder()
    target = folder.path / SCENARIOS_FILE.example
    if scenarios_beside(office_file(folder.path)) is not None:
        return visit.go("/whatif")
    problems: dict[str, Said] = {}
    values: dict[str, Any] = {}
    for name in _FIELDS:
        try:
            values[name] = _value(name, visit.text(name))
        except UsageError as error:
            problems[name] = failure(error).sentence
    days = [values[name] for name in _DAYS if name in values]
    if days != sorted(days):
        problems.setdefault("latest", _OUT_OF_ORDER)
    if not problems:
        tables = first_scenarios(_answers(visit, values), folder.office)
        further = judged_scenarios(tables, folder.office, folder=folder.path)[1]
        if not further:
            _write(target, tables)
            return visit.go("/whatif", visit.words.text("desk.scenarios.made"))
        problems["latest"] = joined("", (further[0].sentence,))
    texts = {name: visit.text(name) for name in visit.form}
    return _asked(visit, texts, problems)


_OUT_OF_ORDER: Final = said(
    "the three days must follow each other: earliest, most likely, latest",
    "ketiga tanggal harus berurutan: paling cepat, paling mungkin, paling lambat",
)


def _value(name: str, text: str) -> Any:
    if name in ("arrivals", "cards"):
        return whole_of(text, int(name == "cards"), LARGEST_DAILY)
    if name == "cost":
        return whole_of(text.removeprefix("Rp").strip(), 0, _DEAREST)
    return day_of(text)


def _answers(visit: Visit, values: Mapping[str, Any]) -> FirstScenarios:
    """Return what was answered, with what each number rests on."""
    text, standby = visit.words.text, visit.text("standby")
    marks = {name: _mark(visit, name) for name in ("arrivals", "cards", "cost")}
    marks["days"] = _mark(visit, *_DAYS)
    people, days = _came(visit)
    if days and values["arrivals"] == _a_day(people, days):
        kind = marks["arrivals"].partition(":")[0]
        known = text("desk.scenarios.by_ledger", people=people, count=days)
        marks["arrivals"] = f"{kind}: {known}"
    is_known = standby in _STANDBY[1:]
    marks["standby"] = (
        _mark(visit, "standby")
        if is_known
        else f"assumed: {text('desk.scenarios.by_nobody')}"
    )
    return FirstScenarios(
        cards_per_day=values["cards"],
        cost_idr=values["cost"],
        days=(values["earliest"], values["likely"], values["latest"]),
        arrivals=values["arrivals"],
        stands_by=standby != "no",
        labels=(text("desk.scenarios.as_it_is"), text("desk.scenarios.new_server")),
        marks=marks,
    )


def _mark(visit: Visit, *names: str) -> str:
    """Return what an input is by what was ticked: of several, a fact if all are."""
    is_fact = all(visit.text(f"{name}.mark") == "fact" for name in names)
    kind = _MARKS[is_fact]
    return f"{kind}: {visit.words.text('desk.scenarios.by', who=visit.session.who)}"


def _write(target: Path, tables: Mapping[str, Any]) -> None:
    with _SAVING:
        if target.exists():  # somebody was quicker
            return
        replace_file(target, tables_to_toml(tables).encode())


PAGES: Final = (
    *RulesPage(_ADDRESS, "desk.scenarios.title", _form, _save, marked=marked).pages,
    Page("GET", "/whatif/first", _ask),
    Page("POST", "/whatif/first", _make),
)
