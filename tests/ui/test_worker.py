"""Jobs: events in order, in the window's thread; errors and cancellation."""

from __future__ import annotations

import threading

from desktop.jobs import Cancel
from desktop.ui.worker import Jobs


def test_events_come_in_order_in_the_windows_thread(qtbot):
    jobs = Jobs()
    seen, threads, results = [], set(), []

    def job(cancel: Cancel):
        threads.add(threading.current_thread().name)
        yield from range(1_000)
        return "end"

    def event(value):
        seen.append(value)
        assert threading.current_thread() is threading.main_thread()

    jobs.run(job, on_event=event, on_done=results.append)
    qtbot.waitUntil(lambda: results == ["end"], timeout=20_000)
    assert seen == list(range(1_000))
    assert threads == {"job"}
    jobs.close()


def test_an_error_goes_to_who_asked_or_to_everybody(qtbot):
    jobs = Jobs()
    own, everybody = [], []
    jobs.failed.connect(everybody.append)

    def job(_):
        raise ValueError("x")

    jobs.run(job, on_failed=own.append)
    jobs.store(lambda: 1 // 0)
    qtbot.waitUntil(lambda: bool(own and everybody), timeout=20_000)
    assert isinstance(own[0], ValueError)
    assert isinstance(everybody[0], ZeroDivisionError)
    jobs.close()


def test_closing_cancels_what_runs_and_finishes_what_the_store_was_given(qtbot):
    jobs = Jobs()
    started, ended, saved = threading.Event(), [], []

    def job(cancel: Cancel):
        started.set()
        cancel.wait(60)
        ended.append(cancel.is_set())

    jobs.run(job)
    assert started.wait(20)
    for i in range(50):
        jobs.store(lambda i=i: saved.append(i))
    jobs.close()
    assert ended == [True]
    assert saved == list(range(50))


def test_a_cancelled_job_ends_without_a_word(qtbot):
    jobs = Jobs()
    said = []
    jobs.failed.connect(said.append)
    done = threading.Event()

    def job(cancel: Cancel):
        try:
            cancel.wait(60)
            cancel.raise_if_set()
        finally:
            done.set()

    jobs.run(job, on_done=said.append).set()
    assert done.wait(20)
    qtbot.wait(50)
    assert said == []
    jobs.close()
