"""What if: scenarios of the same people, arrivals and breakdowns."""

from ektp_sched.scenarios.capacities import likely_office, limits_of
from ektp_sched.scenarios.draws import BLOCK, World, draw
from ektp_sched.scenarios.laws import NewResource, Scenario, Scenarios
from ektp_sched.scenarios.loading import load_scenarios
from ektp_sched.scenarios.types import Arrivals, Limits

__all__ = [
    "BLOCK",
    "Arrivals",
    "Limits",
    "NewResource",
    "Scenario",
    "Scenarios",
    "World",
    "draw",
    "likely_office",
    "limits_of",
    "load_scenarios",
]
