"""What if: many futures of an office, simulated on cohorts and arrays."""

from ektp_sched.scenarios.order import POLICIES
from ektp_sched.scenarios.outcome import Outcome, Waits, joined
from ektp_sched.scenarios.polymatroid import CAUSES
from ektp_sched.scenarios.queue import Queue, build_queue
from ektp_sched.scenarios.simulate import simulate
from ektp_sched.scenarios.types import Arrivals, Limits

__all__ = [
    "CAUSES",
    "POLICIES",
    "Arrivals",
    "Limits",
    "Outcome",
    "Queue",
    "Waits",
    "build_queue",
    "joined",
    "simulate",
]
