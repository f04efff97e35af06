"""Trust and shifts: every plan made passes, every other choice is seen through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders import write_folder
from hypothesis import HealthCheck, given, settings
from strategies import Case, shift_cases

from ektp_sched.planning import Status
from ektp_sched.trust import check_certificate, checker, fairness, proves_choice, verify

if TYPE_CHECKING:
    import pytest


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=shift_cases())
def test_what_the_program_plans_passes(
    case: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plan = case.plan()
    if plan.status is Status.INFEASIBLE:
        return
    assert plan.status is Status.OPTIMAL
    assert verify(plan, case.backlog, case.office) == []
    assert check_certificate(plan, case.backlog, case.office) == []
    overtakes = fairness(plan, case.backlog, case.office)
    assert overtakes.avoidable == 0 or "pressure" not in case.office.plan.tiers
    check = checker.Folder(write_folder(plan, case, tmp_path_factory.mktemp("out")))
    check.run()
    assert check.wrong == []
    assert check.proven
    assert check.chosen == proves_choice(plan.certificate)
