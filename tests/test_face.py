"""Results of the library: they stay what they are, and know how they are written."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from whatif_cases import START, office, people, scenarios

import ektp_sched as ek
from ektp_sched import output, planning, trust
from ektp_sched import scenarios as what_if
from ektp_sched.scenarios.document import Document

if TYPE_CHECKING:
    from pathlib import Path

ROOMS: dict[type, tuple[type, Any, Any]] = {
    ek.Plan: (planning.Plan, ek.plan, planning.plan),
    ek.Comparison: (what_if.Comparison, ek.compare, what_if.compare),
    ek.Explanation: (trust.Explanation, ek.explain, trust.explain),
    ek.SavedPlan: (output.SavedPlan, ek.load, output.load),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[type, Any]:
    folder: Path = tmp_path_factory.mktemp("face") / "out"
    rules = office()
    waiting = people(20, rules)
    plan = ek.plan(waiting, rules, start=START, days=5)
    plan.save(folder, xlsx=False, report=False)
    who = plan.assignments["application_id"][0]
    return {
        ek.Plan: plan,
        ek.Comparison: ek.compare(
            waiting, rules, scenarios(rules), start=START, days=20, replications=1
        ),
        ek.Explanation: ek.explain(plan, waiting, rules, who),
        ek.SavedPlan: ek.load(folder),
    }


@pytest.mark.parametrize("face", ROOMS)
def test_a_result_is_of_the_face_and_of_its_room(
    face: type, results: dict[type, Any]
) -> None:
    room = ROOMS[face][0]
    assert type(results[face]) is face
    assert issubclass(face, room)
    assert repr(results[face]).startswith(f"{room.__name__}(")
    # What is of no document holds nothing but its fields.
    assert isinstance(results[face], Document) is hasattr(results[face], "__dict__")


@pytest.mark.parametrize("face", ROOMS)
def test_a_result_stays_of_the_face(face: type, results: dict[type, Any]) -> None:
    result = results[face]
    is_document = isinstance(result, Document)
    copied = result.model_copy() if is_document else replace(result)
    for again in (pickle.loads(pickle.dumps(result)), copied):
        assert type(again) is face
        assert repr(again) == repr(result)
    names = vars(result) if is_document else [each.name for each in fields(result)]
    for name in names:
        assert getattr(copied, name) is getattr(result, name)


@pytest.mark.parametrize("face", ROOMS)
def test_a_verb_is_told_of_as_in_its_room(face: type) -> None:
    room, verb, verb_of_room = ROOMS[face]
    assert face.__doc__ == room.__doc__
    assert verb.__doc__ == verb_of_room.__doc__
    assert inspect.signature(verb) == inspect.signature(verb_of_room)
    assert pickle.loads(pickle.dumps(verb)) is verb


def test_an_explanation_says_itself(results: dict[type, Any]) -> None:
    explanation = results[ek.Explanation]
    assert explanation.sentences()[0] != explanation.sentences("id")[0]
    with pytest.raises(ek.errors.UsageError):
        explanation.sentences("fr")


def test_a_plan_read_back_is_a_plan_that_is_saved_already(
    results: dict[type, Any], tmp_path: Path
) -> None:
    saved = results[ek.SavedPlan]
    assert isinstance(saved, ek.Plan)
    with pytest.raises(ek.errors.UsageError):
        saved.save(tmp_path / "again")
    assert not (tmp_path / "again").exists()
