"""Nobody waits behind all the work of another."""

from __future__ import annotations

from coterie.faces.jobs.queue import FairQueue


def filled(*jobs: tuple[str, int]) -> FairQueue:
    queue = FairQueue()
    for job, owner in jobs:
        queue.add(job, owner)
    return queue


def test_owners_take_turns() -> None:
    queue = filled(("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2), ("c1", 3), ("b2", 2))
    assert queue.order() == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert [queue.take() for _ in range(7)] == ["a1", "b1", "c1", "a2", "b2", "a3", None]


def test_who_has_something_running_waits_for_who_has_nothing() -> None:
    queue = filled(("a1", 1), ("a2", 1))
    assert queue.take() == "a1"
    queue.add("b1", 2)
    assert queue.take() == "b1"
    assert queue.take() == "a2"


def test_who_was_served_longest_ago_is_next_among_equals() -> None:
    queue = filled(("a1", 1), ("b1", 2))
    assert queue.take() == "a1"
    queue.ended(1)
    queue.add("a2", 1)
    assert queue.take() == "b1"
    queue.ended(2)
    queue.add("b2", 2)
    assert queue.order() == ["a2", "b2"]


def test_a_dropped_job_is_not_taken() -> None:
    queue = filled(("a1", 1), ("a2", 1))
    assert queue.drop("a1")
    assert not queue.drop("a1")
    assert len(queue) == 1
    assert queue.take() == "a2"


def test_asking_for_the_order_changes_nothing() -> None:
    queue = filled(("a1", 1), ("b1", 2), ("a2", 1))
    assert queue.order() == queue.order() == ["a1", "b1", "a2"]
    assert len(queue) == 3
