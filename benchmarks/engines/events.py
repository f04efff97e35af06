"""Event simulators running the office's day: one object for each card.

Both run the same first-in first-out day on one pooled capacity: those recorded
come in before the office opens, then as many are printed as the day allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

__all__ = ["ciw_days", "simpy_days"]


def simpy_days(
    waiting: int, recorded: Sequence[int], capacity: Sequence[int]
) -> list[int]:
    """Return the cards printed on each day by SimPy.

    A ``Store`` is the quickest of SimPy's queues for first in, first out; one
    process feeds it and one empties it, as a process a card is slower.
    """
    import simpy

    env = simpy.Environment()
    queue = simpy.Store(env)
    printed: list[int] = []

    def days() -> Generator[Any, Any, None]:
        for _ in range(waiting):
            yield queue.put(-1)
        for day, (come, most) in enumerate(zip(recorded, capacity, strict=True)):
            for _ in range(come):
                yield queue.put(day)
            done = min(most, len(queue.items))
            for _ in range(done):
                yield queue.get()
            printed.append(done)
            yield env.timeout(1)

    env.process(days())
    env.run()
    return printed


def ciw_days(
    waiting: int, recorded: Sequence[int], capacity: Sequence[int]
) -> list[int]:
    """Return the cards printed on each day by Ciw; see `simpy_days`.

    Slotted services are Ciw's own form of a day's capacity: at each slot so
    many customers begin, and their service takes no time.
    """
    import ciw

    days = len(recorded)
    batches = [waiting, *recorded, 0]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([0.25, 0.5, *[1.0] * days])],
        batching_distributions=[ciw.dists.Sequential(batches)],
        service_distributions=[ciw.dists.Deterministic(0.01)],
        number_of_servers=[
            ciw.Slotted(
                slots=[day + 1.0 for day in range(days)], slot_sizes=list(capacity)
            )
        ],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(days + 0.5)
    printed = [0] * days
    for record in simulation.get_all_records(only=["service"]):
        printed[int(record.service_start_date) - 1] += 1
    return printed
