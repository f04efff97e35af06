"""What must hold between the keys of shifts and quotas, as in `checks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.rules.decisions import uses_in_a_week
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import (
    Path,
    Problem,
    area_problem,
    entry_name,
    id_problem,
)
from ektp_sched.rules.reading import DECISION_TIERS
from ektp_sched.words import by_form, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.tables import OfficeTables

__all__ = ["decision_problems"]

_KINDS: Final = {"shift": said("shift", "shift"), "quota": said("quota", "kuota")}


def decision_problems(office: OfficeTables) -> tuple[Problem, ...]:
    """Return everything that contradicts itself in shifts and quotas."""
    return tuple(problem for rule in _RULES for problem in rule(office))


def _named(office: OfficeTables) -> Iterator[tuple[Path, str, str]]:
    for index, shift in enumerate(office.shifts):
        yield ("shifts", index), shift.id, "shift"
    for index, quota in enumerate(office.quotas):
        if quota.id is not None:
            yield ("quotas", index), quota.id, "quota"


def _ids_fit_file_names(office: OfficeTables) -> Iterator[Problem]:
    for path, name, _ in _named(office):
        sentence = id_problem(name)
        if sentence is not None:
            yield Problem((*path, "id"), sentence)


def _ids_are_unique(office: OfficeTables) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Path] = {}
    for path, name, kind in _named(office):
        first = seen.setdefault((kind, name.casefold()), path)
        if first != path:
            yield Problem(
                (*path, "id"),
                said(
                    '"{name}" is already the id of {first}; give each {kind} an id of '
                    "its own",
                    '"{name}" sudah menjadi id {first}; setiap {kind} harus memiliki '
                    "id "
                    "sendiri",
                    name=name,
                    first=entry_name(first),
                    kind=_KINDS[kind],
                ),
            )


def _shifts_open_known_resources(office: OfficeTables) -> Iterator[Problem]:
    known = [resource.id for resource in (*office.servers, *office.printers)]
    for index, shift in enumerate(office.shifts):
        for at, name in enumerate(shift.resources or ()):
            if name not in known:
                sentence = unknown("printer or server", name, known)
                yield Problem(("shifts", index, "resources", at), sentence)


def _rest_leaves_the_uses_of_a_week(office: OfficeTables) -> Iterator[Problem]:
    for index, shift in enumerate(office.shifts):
        most = uses_in_a_week(shift.rest_days)
        if shift.max_per_week is not None and shift.max_per_week > most:
            yield Problem(
                ("shifts", index, "max_per_week"),
                said(
                    "{uses} a week cannot be with rest_days = {rest}, which leaves "
                    "{most} at most; correct one of them",
                    "{uses} kali seminggu tidak mungkin dengan rest_days = {rest}, "
                    "yang hanya memungkinkan {most}; perbaiki salah satunya",
                    uses=shift.max_per_week,
                    rest=shift.rest_days,
                    most=most,
                ),
            )


def _decision_tiers_have_shifts(office: OfficeTables) -> Iterator[Problem]:
    for at, name in enumerate(office.plan.tiers):
        if name in DECISION_TIERS and not office.shifts:
            yield Problem(
                ("plan", "tiers", at),
                by_form(
                    said(
                        '"{name}" is about shifts, and the office has none; add a '
                        "table "
                        "[[shifts]], or take it out",
                        '"{name}" menyangkut shift, tetapi kantor ini tidak punya; '
                        "tambahkan tabel [[shifts]], atau hapus tujuan itu",
                        name=name,
                    ),
                    said(
                        '"{name}" is about shifts, and the office has none; add a row '
                        "on the sheet shifts, or take it out",
                        '"{name}" menyangkut shift, tetapi kantor ini tidak punya; '
                        "tambahkan baris pada lembar shifts, atau hapus tujuan itu",
                        name=name,
                    ),
                ),
            )


def _quotas_select_something(office: OfficeTables) -> Iterator[Problem]:
    for index, quota in enumerate(office.quotas):
        if quota.urgency is None and quota.card is None and quota.area is None:
            yield Problem(
                ("quotas", index),
                said(
                    "selects no cards; name what it is about in urgency, card or area",
                    "tidak memilih kartu mana pun; isilah urgency, card, atau area",
                ),
            )


def _quotas_set_a_limit(office: OfficeTables) -> Iterator[Problem]:
    for index, quota in enumerate(office.quotas):
        limits = (quota.at_most, quota.at_least)
        shares = (quota.at_most_share, quota.at_least_share)
        if all(limit is None for limit in (*limits, *shares)):
            yield Problem(
                ("quotas", index),
                said(
                    "limits nothing; write at_most, at_least, at_most_share or "
                    "at_least_share",
                    "tidak membatasi apa pun; isilah at_most, at_least, at_most_share, "
                    "atau at_least_share",
                ),
            )


def _least_is_at_most_the_most(office: OfficeTables) -> Iterator[Problem]:
    for index, quota in enumerate(office.quotas):
        for key, least, most in (
            ("", quota.at_least, quota.at_most),
            ("_share", quota.at_least_share, quota.at_most_share),
        ):
            if least is not None and most is not None and least > most:
                yield Problem(
                    ("quotas", index, f"at_least{key}"),
                    said(
                        "{least} is above {key} = {most}; exchange them, or correct "
                        "one",
                        "{least} lebih besar daripada {key} = {most}; tukarkan "
                        "keduanya, atau perbaiki salah satunya",
                        least=str(least),
                        key=f"at_most{key}",
                        most=str(most),
                    ),
                )


def _quotas_name_known_kinds(office: OfficeTables) -> Iterator[Problem]:
    for index, quota in enumerate(office.quotas):
        for at, name in enumerate(quota.urgency or ()):
            if name not in office.urgency:
                sentence = unknown("urgency class", name, office.urgency)
                yield Problem(("quotas", index, "urgency", at), sentence)
        for at, name in enumerate(quota.card or ()):
            if name not in office.cards:
                sentence = unknown("card type", name, office.cards)
                yield Problem(("quotas", index, "card", at), sentence)
        for at, name in enumerate(quota.area or ()):
            wrong = area_problem(office, name)
            if wrong is not None:
                yield Problem(("quotas", index, "area", at), wrong)


_RULES: Final = (
    _ids_fit_file_names,
    _ids_are_unique,
    _shifts_open_known_resources,
    _rest_leaves_the_uses_of_a_week,
    _decision_tiers_have_shifts,
    _quotas_select_something,
    _quotas_set_a_limit,
    _least_is_at_most_the_most,
    _quotas_name_known_kinds,
)
