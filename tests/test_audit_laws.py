"""The audit against its definitions, pair by pair, on generated logs."""

from __future__ import annotations

from audit_brute import Case, verdicts
from audit_cases import backlog_of, cases, log_of
from hypothesis import given

from ektp_sched.trust.audit import audit


@given(cases())
def test_audit_finds_exactly_what_the_pairs_say(case: Case) -> None:
    expected = verdicts(case)
    found = audit(log_of(case), backlog_of(case), case.office)
    out = {
        row["application_id"]: (
            row["passed"],
            row["longest_passed_days"],
            row["unaccounted"],
        )
        for row in found.out_of_turn.to_dicts()
    }
    recorded = {
        p["application_id"]
        for p in case.people
        if (row := case.first_print(p)) is not None and row["reason"] is not None
    }
    assert out == {
        name: (passed, longest, left)
        for name, (passed, longest, left, _) in expected.items()
        if left and name not in recorded
    }
    assert {
        row["application_id"]: (row["passed"], row["longest_passed_days"])
        for row in found.explained.to_dicts()
    } == {
        name: (passed, longest)
        for name, (passed, longest, left, _) in expected.items()
        if not left or name in recorded
    }
