"""What if: the verdict on the scenarios, what is needed, and dates to tell people."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import FileResponse, Response

from ektp_sched.days.folder import office_file
from ektp_sched.desk.questions import (
    COMPARED,
    NEEDED,
    PROMISED,
    answer_place,
    answered_days,
    document_in,
    newest_answer,
)
from ektp_sched.desk.visit import Page
from ektp_sched.documents.seal import digest_of
from ektp_sched.errors import EktpSchedError, FolderError, UsageError
from ektp_sched.failures import failure
from ektp_sched.forms.typed import day_of, percent_of, whole_of, written_day
from ektp_sched.output.comparison_text import need_lines
from ektp_sched.output.promise_files import promise_lines
from ektp_sched.output.report.comparison_answer import (
    against_told,
    assumed_sentence,
    cards_of,
    first_turns,
    warning_sentence,
)
from ektp_sched.output.report.comparison_file import read_comparison
from ektp_sched.output.report.comparison_text import headline
from ektp_sched.output.report.comparison_words import Words
from ektp_sched.output.view.parts import Items, Paragraph, Section
from ektp_sched.places import settle
from ektp_sched.scenarios.arguments import LONGEST_DAYS, MOST_REPLICATIONS
from ektp_sched.scenarios.compare.need import Need
from ektp_sched.scenarios.world.loading import load_scenarios, scenarios_beside
from ektp_sched.telling.recording import record_told
from ektp_sched.words import LANGUAGES, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ektp_sched.desk.visit import Visit
    from ektp_sched.office import Office
    from ektp_sched.output.view.parts import Part
    from ektp_sched.scenarios.compare.comparison import Comparison
    from ektp_sched.scenarios.world.laws import Assumption, CheckedScenarios
    from ektp_sched.words import Said


_STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_POLICY: Final = (
    "default-src 'none'; style-src {styles}; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


_DAYS: Final = 365
_FUTURES: Final = {"compare": 2_000, "need": 1_000, "promise": 2_000}
"""As of the commands of that name."""

_GOALS: Final = ("cleared", "on-target", "nobody-over")
_LISTS: Final = {"promises.csv": "text/csv", "slipped.csv": "text/csv"}


def report_answer(path: Path) -> Response:
    """Return a page of this program's, which may look as it does and nothing else.

    It carries its style within; the policy of the answer allows that one by its digest,
    no script, no form and no other file.

    Raises
    ------
    ektp_sched.errors.FolderError
        It is not there.
    """
    settle(path.parent)
    if not path.is_file():
        message = said("is not there; make it again", "tidak ada; buatlah sekali lagi")
        raise FolderError(message, file=path.name)
    raw = path.read_bytes()
    digests = (hashlib.sha256(style).digest() for style in _STYLE.findall(raw))
    styles = [f"'sha256-{base64.b64encode(each).decode()}'" for each in digests]
    policy = _POLICY.format(styles=" ".join(styles) or "'none'")
    return Response(
        raw, media_type="text/html", headers={"content-security-policy": policy}
    )


@dataclass(frozen=True, slots=True)
class _Moved:
    """An input that is no longer what was compared."""

    name: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class _Compared:
    """The last comparison, as the page tells it."""

    day: date
    verdict: str
    warning: str
    told: str
    sections: tuple[Section, ...]
    figures: Mapping[str, Any]
    moved: tuple[_Moved, ...]
    has_report: bool


@dataclass(frozen=True, slots=True)
class _Scenarios:
    """What the office says of what may become of it."""

    path: Path | None
    known: CheckedScenarios | None = None
    problems: tuple[Said, ...] = ()


@dataclass(slots=True)
class _Typed:
    """What stands in the forms of the page, and what is wrong with one of them."""

    texts: dict[str, str] = field(default_factory=dict)
    wrong: str = ""  # name of the form
    problems: tuple[Said, ...] = ()


def _show(visit: Visit) -> Response:
    return _page(visit, _Typed())


def _page(visit: Visit, typed: _Typed) -> Response:
    folder = visit.folder()
    given = _scenarios(folder.path, folder.office)
    if given.path is None:
        return visit.go("/whatif/first")
    works = visit.desk.works
    running = [work for verb in _FUTURES if (work := works.running(verb)) is not None]
    needed, promised = _needed(visit), _promised(visit)
    texts = _usual(folder.office, given, needed) | typed.texts
    return visit.page(
        "whatif.html.j2",
        given=given,
        office_rules=folder.office,
        compared=_compared(visit, given),
        earlier=answered_days(folder.path, COMPARED)[1:],
        needed=needed,
        promised=promised,
        running=running,
        filled=texts,
        typed=typed,
        goals=_GOALS,
        written_day=written_day,
    )


def _scenarios(folder: Path, office: Office) -> _Scenarios:
    path = scenarios_beside(office_file(folder))
    if path is None:
        return _Scenarios(None)
    try:
        return _Scenarios(path, load_scenarios(path, office))
    except EktpSchedError as error:
        return _Scenarios(path, None, failure(error).problems)


def _usual(
    office: Office, given: _Scenarios, needed: Mapping[str, Any] | None
) -> dict[str, str]:
    """Return what the forms say before anybody typed."""
    works = [each.id for each in (*office.servers, *office.printers)]
    texts = {f"{verb}.days": str(_DAYS) for verb in _FUTURES}
    texts |= {f"{v}.replications": str(n) for v, n in _FUTURES.items()}
    texts |= {"need.confidence": "90", "promise.confidence": "90"}
    texts |= {
        "need.goal": "cleared",
        "need.by": "",
        "need.over": "60",
        "need.resource": works[0],
    }
    if given.known is not None:
        texts |= {"need.scenario": given.known.baseline}
        texts |= {"promise.scenario": given.known.baseline}
    if needed is not None:
        answer: Need = needed["answer"]
        texts["need.resource"] = answer.resource
        texts["need.goal"] = answer.goal.kind
        texts["need.by"] = written_day(answer.goal.by)
        texts["need.over"] = str(answer.goal.days or texts["need.over"])
    return texts


# --- compare ------------------------------------------------------------------------


def _compared(visit: Visit, given: _Scenarios) -> _Compared | None:
    folder = visit.desk.path
    day = newest_answer(folder, COMPARED)
    if day is None:
        return None
    place = answer_place(folder, COMPARED, day)
    comparison = read_comparison(place)
    words = Words(comparison, visit.words)
    turns = first_turns(words)
    assumed = assumed_sentence(words)
    say = visit.words.text
    answer: tuple[Part, ...] = (
        *([Items(turns)] if turns else []),
        *([Paragraph(words.say("assumed.list", list=assumed))] if assumed else []),
    )
    return _Compared(
        day=day,
        verdict=f"{headline(words)}.",
        warning=warning_sentence(words),
        told=against_told(words),
        sections=(
            Section("cards", words.say("card.title"), (cards_of(words),)),
            Section("turns", say("desk.whatif.turns"), answer),
        ),
        figures={
            "start": comparison.start,
            "days": comparison.days,
            "count": comparison.replications,
        },
        moved=tuple(_moved(words, comparison, given)),
        has_report=(place / "report.html").is_file(),
    )


def _moved(words: Words, comparison: Comparison, given: _Scenarios) -> Iterator[_Moved]:
    """Yield what the scenarios say otherwise than when they were compared."""
    if given.known is None:
        return
    before = {each.key: each for each in comparison.assumptions}
    now = {each.key: each for each in given.known.assumptions}
    for key in dict.fromkeys((*before, *now)):
        was, is_now = before.get(key), now.get(key)
        # What the ledger knows of the office is not in its file.
        if key.startswith("office.") and (was is None or is_now is None):
            continue
        values = [_value(words, each) for each in (was, is_now)]
        if values[0] != values[1]:
            moved = was or is_now
            assert moved is not None
            yield _Moved(words.input_name(moved), *values)


def _value(words: Words, given: Assumption | None) -> str:
    if given is None:
        return "–"
    kind = words.say("inputs.fact" if given.kind == "fact" else "inputs.assumed")
    return f"{words.input_value(given.value)} ({kind})"


def _compare(visit: Visit) -> Response:
    try:
        arguments = _length(visit, "compare")
    except UsageError as error:
        return _again(visit, "compare", error)
    return visit.start("compare", "/whatif", **arguments)


def _length(visit: Visit, verb: str) -> dict[str, Any]:
    """Return how far and how often is simulated."""
    return {
        "days": whole_of(visit.text(f"{verb}.days"), 1, LONGEST_DAYS),
        "replications": whole_of(
            visit.text(f"{verb}.replications"), 1, MOST_REPLICATIONS
        ),
    }


def _again(visit: Visit, verb: str, error: UsageError) -> Response:
    """Return the page with what was typed, and what is wrong beside it."""
    texts = {name: visit.text(name) for name in visit.form if name.startswith(verb)}
    return _page(visit, _Typed(texts, verb, failure(error).problems))


def _report(visit: Visit) -> Response:
    return report_answer(_place(visit, COMPARED) / "report.html")


def _place(visit: Visit, kind: str) -> Path:
    """Return the folder of the answer that an address names by its day."""
    try:
        day = date.fromisoformat(visit.request.path_params["day"])
    except ValueError:
        raise _unknown() from None
    return answer_place(visit.desk.path, kind, day)


def _unknown() -> FolderError:
    message = said("there is no such answer", "jawaban itu tidak ada")
    return FolderError(message)


# --- need ---------------------------------------------------------------------------


def _needed(visit: Visit) -> dict[str, Any] | None:
    day = newest_answer(visit.desk.path, NEEDED)
    if day is None:
        return None
    try:
        answer = Need.of(document_in(visit.desk.path, NEEDED, day))
    except (KeyError, TypeError, ValueError):
        return None
    return {"day": day, "answer": answer, "lines": [*need_lines(answer, visit.words)]}


def _need(visit: Visit) -> Response:
    try:
        kind = visit.text("need.goal")
        goal: dict[str, Any] = {"kind": kind}
        if kind not in _GOALS:
            raise UsageError(said("choose a goal", "pilihlah tujuan"))
        goal["by"] = day_of(visit.text("need.by")).isoformat()
        if kind == "nobody-over":
            goal["days"] = whole_of(visit.text("need.over"), 1, LONGEST_DAYS)
        arguments = _length(visit, "need") | {
            "goal": goal,
            "resource": visit.text("need.resource"),
            "confidence": _share(visit.text("need.confidence")),
            "scenario": visit.text("need.scenario") or None,
        }
    except UsageError as error:
        return _again(visit, "need", error)
    return visit.start("need", "/whatif#need", **arguments)


def _share(text: str) -> float:
    """Return a share that somebody wrote in percent."""
    percent = percent_of(text)
    if percent is None or not 0 < percent < 100:
        message = said(
            '"{text}" is no share in percent; write a number between 0 and 100, such '
            "as 90",
            '"{text}" bukan peluang dalam persen; tulislah angka antara 0 dan 100, '
            "misalnya 90",
            text=text,
        )
        raise UsageError(message)
    return float(percent / 100)


# --- promise ------------------------------------------------------------------------


def _promised(visit: Visit) -> dict[str, Any] | None:
    folder = visit.desk.path
    day = newest_answer(folder, PROMISED)
    if day is None:
        return None
    place = answer_place(folder, PROMISED, day)
    document = document_in(folder, PROMISED, day)
    try:
        lines = [*promise_lines(document, visit.words)]
    except (KeyError, TypeError, ValueError):
        return None
    return {
        "day": day,
        "lines": lines,
        "dated": document["dated"],
        "seen": digest_of(place / "promises.csv"),
        "has_slipped": (place / "slipped.csv").is_file(),
    }


def _promise(visit: Visit) -> Response:
    try:
        arguments = _length(visit, "promise") | {
            "confidence": _share(visit.text("promise.confidence")),
            "scenario": visit.text("promise.scenario") or None,
        }
    except UsageError as error:
        return _again(visit, "promise", error)
    return visit.start("promise", "/whatif#promise", **arguments)


def _poster(visit: Visit) -> Response:
    code = visit.request.path_params["code"]
    if code not in LANGUAGES:
        raise _unknown()
    return report_answer(_place(visit, PROMISED) / f"poster.{code}.html")


def _list(visit: Visit) -> Response:
    name, place = visit.request.path_params["name"], _place(visit, PROMISED)
    if name not in _LISTS or not (place / name).is_file():
        raise _unknown()
    return FileResponse(
        place / name, media_type=_LISTS[name], filename=f"{place.name}-{name}"
    )


def _tell(visit: Visit) -> Response:
    place = _place(visit, PROMISED)
    if digest_of(place / "promises.csv") != visit.text("seen"):
        sentence = said(
            "These dates were found anew since the page was opened; look at them, and "
            "press again.",
            "Tanggal-tanggal ini sudah dibuat baru sejak halaman dibuka; lihatlah "
            "dahulu, lalu tekan lagi.",
        )
        return visit.go("/whatif#promise", sentence, style="bad")
    told = record_told(visit.folder(), place, visit.signature())
    return visit.go("/whatif#promise", *told.sentences)


PAGES: Final = (
    Page("GET", "/whatif", _show),
    Page("POST", "/whatif/compare", _compare),
    Page("POST", "/whatif/need", _need),
    Page("POST", "/whatif/promise", _promise),
    Page("GET", "/whatif/compared/{day}", _report),
    Page("GET", "/whatif/promised/{day}/poster/{code}", _poster),
    Page("GET", "/whatif/promised/{day}/{name}", _list),
    Page("POST", "/whatif/promised/{day}/told", _tell),
)
