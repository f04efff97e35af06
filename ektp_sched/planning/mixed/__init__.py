"""Rules that break the network: quotas, and blanks that cross on printers.

A mixed-integer program settles how many cards of each kind every column
takes; with these numbers the rest is a network, solved exactly.
"""

from ektp_sched.planning.mixed.pose import Problem, pose
from ektp_sched.planning.mixed.solve import Mixed, solve

__all__ = ["Mixed", "Problem", "pose", "solve"]
