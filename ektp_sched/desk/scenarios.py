"""What may become of the office as a form, and the first scenarios from answers."""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.days.folder import OFFICES, office_file
from ektp_sched.desk.rules_page import RulesPage
from ektp_sched.desk.visit import Page
from ektp_sched.errors import AskedError, ScenarioError, UsageError
from ektp_sched.failures import failure
from ektp_sched.forms.changing import scenario_form
from ektp_sched.forms.marks import marked
from ektp_sched.forms.typed import day_of, whole_of
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
    from ektp_sched.office import Office
    from ektp_sched.words import Said

__all__ = ["PAGES"]

_ADDRESS: Final = "/whatif/scenarios"
_SAVING: Final = threading.Lock()
_MARKS: Final = ("assumed", "fact")
_DEAREST: Final = 1_000_000_000_000
_FIELDS: Final = ("cards", "cost", "earliest", "likely", "latest")


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
    marks = dict.fromkeys(_FIELDS, "assumed")
    return _asked(visit, {f"{name}.mark": mark for name, mark in marks.items()}, {})


def _asked(
    visit: Visit, texts: Mapping[str, str], problems: Mapping[str, Said]
) -> Response:
    return visit.page(
        "scenarios.html.j2",
        texts=texts,
        problems=problems,
        fields=_FIELDS,
        marks=_MARKS,
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
    days = [values[name] for name in _FIELDS[2:] if name in values]
    if days != sorted(days):
        problems.setdefault("latest", _OUT_OF_ORDER)
    if not problems:
        tables = _tables(visit, folder.office, values)
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
    if name == "cards":
        return whole_of(text, 1, LARGEST_DAILY)
    if name == "cost":
        return whole_of(text.removeprefix("Rp").strip(), 0, _DEAREST)
    return day_of(text)


def _tables(visit: Visit, office: Office, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the office as it is, and a new server beside it, as in scenarios.toml."""
    names = {each.id for each in (*office.servers, *office.printers)}
    server = next(
        name
        for number in range(len(names) + 1)
        if (name := f"server-new{number or ''}") not in names
    )
    text = visit.words.text
    place = f"scenarios.new-server.servers.{server}"
    marks = {
        "scenarios.new-server.cost_idr": _mark(visit, "cost"),
        f"{place}.cards_per_day": _mark(visit, "cards"),
        f"{place}.from": _mark(visit, *_FIELDS[2:]),
    }
    dates = {name: values[name] for name in _FIELDS[2:]}
    return {
        "baseline": "as-it-is",
        "question": {"choose": "new-server", "against": "as-it-is", "by": "money"},
        "scenarios": {
            "as-it-is": {"label": text("desk.scenarios.as_it_is")},
            "new-server": {
                "label": text("desk.scenarios.new_server"),
                "cost_idr": values["cost"],
                "servers": [
                    {"id": server, "cards_per_day": values["cards"], "from": dates}
                ],
            },
        },
        "sources": marks,
    }


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
