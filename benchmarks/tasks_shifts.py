"""One engine on one case with shifts under a budget: time, tiers, proof."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks.cases import shift_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import plan
from ektp_sched.planning.decisions import engine as choosing
from ektp_sched.planning.decisions.decide import decide

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog
    from ektp_sched.planning.decisions.decide import Decided

__all__ = ["shifts"]

_WARM_UP = "60x14"


def shifts(engine: str, limit: str, name: str) -> dict[str, Any]:
    """Choose the shifts of a case, after a warm-up on a small one.

    Parameters
    ----------
    engine
        ``ours``, or a function of `benchmarks.engines.yesno`.
    limit
        Seconds that a peer may take for all tiers together.
    name
        As in `benchmarks.cases.shift_case`.

    Returns
    -------
    dict
        seconds and cpu from backlog to answer; names, values and proofs of
        the tiers that it came to; what else there is to say.
    """
    _run(engine, 10.0, shift_case(_WARM_UP))
    return _run(engine, float(limit), shift_case(name))


def _run(engine: str, limit: float, case: Case) -> dict[str, Any]:
    backlog = from_frame(case.frame, case.office)
    solve = (
        _ours
        if engine == "ours"
        else getattr(import_module("benchmarks.engines.yesno"), engine)
    )
    with Timer() as spent:
        found = solve(backlog, case, limit)
    return {"seconds": spent.seconds, "cpu": spent.cpu, **found}


def _ours(backlog: Backlog, case: Case, limit: float) -> dict[str, Any]:  # noqa: ARG001
    """Plan with the library: people, prices, savings and proof included."""
    kept = []

    def watched(*given: Any, **named: Any) -> Decided:
        kept.append(decide(*given, **named))
        return kept[-1]

    with patch.object(choosing, "decide", watched):
        made = plan(backlog, case.office, start=case.start, days=case.days)
    certificate = made.certificate
    proof = None if certificate is None else certificate.decisions
    return {
        "names": [tier.name for tier in made.tiers],
        "values": [tier.value for tier in made.tiers],
        "proofs": ["optimal" if tier.proven else "open" for tier in made.tiers],
        "options": len(kept[0].uses.options),
        "worked": len(made.shifts),
        "rounds": kept[0].rounds,
        "cuts": sum(map(len, kept[0].cuts)),
        "leaves": None if proof is None else sum(map(len, proof.leaves)),
        "stages": made.seconds,
    }
