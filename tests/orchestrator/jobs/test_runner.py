"""What is due is done once over all processes, is caught up on, tried again, and written down, on both databases."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from orchestrator.jobs import rows
from orchestrator.jobs.rows import DIED, Outcome
from orchestrator.jobs.runner import STOPPED, Claim, ClaimLost, Job, NotDone, NothingToDo, Runner
from tests.orchestrator.jobs.conftest import DAILY, EACH, Office, Work


async def held(office: Office, at_it: asyncio.Event, runner: Runner) -> asyncio.Task[None]:
    """A process whose runner has begun the job."""
    running = asyncio.create_task(runner.run())
    await asyncio.wait_for(at_it.wait(), 60)
    return running


async def stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_new_job_begins_with_its_next_time(office: Office) -> None:
    work = Work()
    runner = office.process("one", Job(DAILY, work))
    await office.begun(runner)
    assert work.days == []
    await office.days_pass()
    await office.begun(runner)
    await office.begun(runner)
    assert work.days == ["24"]
    (run,) = await office.runs("daily")
    assert (run.outcome, run.words, run.attempt, run.claimed_by) == (Outcome.DONE, "well", 1, "one")
    assert office.told == [("daily", Outcome.DONE, "well")]


async def test_of_many_processes_one_does_it(office: Office) -> None:
    work = Work()
    runners = [office.process(f"p{number}", Job(DAILY, work), Job(EACH, work)) for number in range(6)]
    await asyncio.gather(*(office.begun(runner) for runner in runners))
    for _ in range(3):
        await office.days_pass()
        await asyncio.gather(*(office.begun(runner) for runner in runners))
    assert sorted(work.days) == ["24", "24", "25", "25", "26", "26"]


async def test_downtime_is_caught_up_day_by_day_or_once(office: Office) -> None:
    every, latest = Work(), Work()
    runner = office.process("one", Job(EACH, every), Job(DAILY, latest))
    await office.begun(runner)
    await office.days_pass(3)
    for _ in range(4):
        await office.begun(office.process("after the downtime", Job(EACH, every), Job(DAILY, latest)))
    assert every.days == ["24", "25", "26"]
    assert latest.days == ["26"]


async def test_a_failure_is_tried_again_later_and_later_and_then_told(office: Office) -> None:
    def fails(_claim: Claim) -> str:
        raise NotDone("groww does not answer")

    work = Work(then=fails)
    runner = office.process("one", Job(DAILY, work))
    await office.begun(runner)
    await office.days_pass()
    await office.begun(runner)
    for pause, tried in ((29, 1), (1, 2), (59, 2), (1, 3), (600, 3)):
        office.server.pass_time(seconds=pause)
        await office.begun(runner)
        assert len(work.days) == tried
    (run,) = await office.runs("daily")
    assert (run.outcome, run.words, run.attempt) == (Outcome.FAILED, "groww does not answer", 3)
    assert office.told == [("daily", Outcome.FAILED, "groww does not answer")]


async def test_a_bugs_words_stay_in_the_log(office: Office) -> None:
    def breaks(_claim: Claim) -> str:
        raise KeyError("asha@example.com")

    runner = office.process("one", Job(EACH, Work(then=breaks)))
    await office.begun(runner)
    await office.days_pass()
    await office.begun(runner)
    (run,) = await office.runs("each")
    assert run.words == "failed (KeyError): see the log of the process"


async def test_what_is_not_wanted_here_is_neither_done_nor_failed(office: Office) -> None:
    def unwanted(_claim: Claim) -> str:
        raise NothingToDo("no folder is named")

    runner = office.process("one", Job(EACH, Work(then=unwanted)))
    await office.begun(runner)
    await office.days_pass()
    await office.begun(runner)
    (run,) = await office.runs("each")
    assert (run.outcome, run.words) == (Outcome.SKIPPED, "no folder is named")


async def test_the_next_time_takes_the_place_of_one_that_keeps_failing(office: Office) -> None:
    answers = iter([NotDone("no"), None])

    def fails_once(_claim: Claim) -> str:
        if (failure := next(answers)) is not None:
            raise failure
        return "well"

    work = Work(then=fails_once)
    runner = office.process("one", Job(DAILY, work))
    await office.begun(runner)
    await office.days_pass()
    await office.begun(runner)
    await office.days_pass()
    await office.begun(runner)
    assert [(run.outcome, run.words) for run in await office.runs("daily")] == [
        (Outcome.SKIPPED, "a later time took its place"),
        (Outcome.DONE, "well"),
    ]


async def test_a_dead_processs_run_is_done_by_another_after_a_minute(office: Office) -> None:
    """The dead one: claimed, and never ended, as after kill -9."""
    survivor, work = office.process("survivor", Job(DAILY, Work())), Work()
    await office.begun(survivor)
    await office.days_pass()
    await office.db.write(lambda conn: rows.put(conn, "daily", office.clock.now, office.server.now))
    dead = await office.db.write(lambda conn: rows.claim(conn, "daily", "dead", office.server.now, 3))
    assert dead is not None
    survivor = office.process("survivor", Job(DAILY, work))
    await office.begun(survivor)
    assert work.days == []  # its claim holds
    office.server.pass_time(seconds=61)
    for _ in range(3):
        await office.begun(survivor)
    mine = next(run for run in await office.runs("daily") if run.due_at == dead.due_at)
    assert (mine.claimed_by, mine.attempt, mine.outcome) == ("survivor", 2, Outcome.DONE)
    ended = await office.db.write(
        lambda conn: rows.end(conn, dead, office.server.now, Outcome.DONE, "woke up")
    )
    assert not ended


async def test_one_that_takes_its_processes_down_with_it_is_given_up(office: Office) -> None:
    await office.begun(office.process("one", Job(DAILY, Work())))
    await office.days_pass()
    await office.db.write(lambda conn: rows.put(conn, "daily", office.clock.now, office.server.now))
    for number in range(3):
        died = await office.db.write(
            partial(rows.claim, job="daily", holder=f"p{number}", now=office.server.now, attempts=3)
        )
        assert died is not None
        office.server.pass_time(seconds=61)
    assert await office.db.write(lambda conn: rows.claim(conn, "daily", "p4", office.server.now, 3)) is None
    (run,) = await office.runs("daily")
    assert (run.outcome, run.words, run.attempt) == (Outcome.FAILED, DIED, 3)


async def test_who_is_at_it_keeps_its_claim_however_long_it_takes(office: Office) -> None:
    at_it, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_claim: Claim) -> str:
        at_it.set()
        await go_on.wait()
        return "well"

    other, first = office.process("other", Job(DAILY, Work())), office.process("first", Job(DAILY, slow))
    await office.begun(first)
    await office.days_pass()
    running = await held(office, at_it, first)
    for _ in range(4):
        before = office.server.now
        office.server.pass_time(seconds=50)
        while (await office.runs("daily"))[0].until <= before + rows.LASTS:  # renewed
            await asyncio.sleep(0.01)
        await office.begun(other)
    go_on.set()
    await first.settled()
    await stop(running)
    (run,) = await office.runs("daily")
    assert (run.claimed_by, run.attempt, run.outcome) == ("first", 1, Outcome.DONE)


async def test_who_slept_through_its_claim_is_cancelled_and_writes_nothing(office: Office) -> None:
    """As after SIGSTOP: it never renewed, and another took the run over."""
    at_it, cancelled, lost = asyncio.Event(), asyncio.Event(), []

    async def sleeps(claim: Claim) -> str:
        at_it.set()
        try:
            await asyncio.Event().wait()
        finally:
            try:
                await office.db.write(claim.fenced)
            except ClaimLost as told:
                lost.append(str(told))
            cancelled.set()
        raise AssertionError

    sleeper, other = (
        office.process("sleeper", Job(DAILY, sleeps)),
        office.process("other", Job(DAILY, Work())),
    )
    sleeper._renew_pause = 3600
    await office.begun(sleeper)
    await office.days_pass()
    running = await held(office, at_it, sleeper)
    office.server.pass_time(seconds=61)
    await office.begun(other)
    await stop(running)
    await asyncio.wait_for(cancelled.wait(), 60)
    (run,) = await office.runs("daily")
    assert (run.claimed_by, run.attempt, run.words) == ("other", 2, "well")
    assert lost == ["daily"]


async def test_a_lost_claim_ends_the_work_under_way(office: Office) -> None:
    at_it = asyncio.Event()

    async def endless(_claim: Claim) -> str:
        at_it.set()
        await asyncio.Event().wait()
        raise AssertionError

    runner = office.process("one", Job(DAILY, endless))
    await office.begun(runner)
    await office.days_pass()
    running = await held(office, at_it, runner)
    (mine,) = await office.runs("daily")
    await office.db.write(lambda conn: rows.give_back(conn, mine, office.server.now, "taken away"))
    later = office.server.now
    office.server.pass_time(seconds=-1)  # nobody may claim it meanwhile
    await asyncio.wait_for(runner.settled(), 60)
    await stop(running)
    (run,) = await office.runs("daily")
    assert (run.words, run.until, run.ended_at) == ("taken away", later, None)


async def test_a_stopped_process_gives_its_run_back_at_once(office: Office) -> None:
    at_it = asyncio.Event()

    async def endless(_claim: Claim) -> str:
        at_it.set()
        await asyncio.Event().wait()
        raise AssertionError

    runner, work = office.process("one", Job(DAILY, endless)), Work()
    await office.begun(runner)
    await office.days_pass()
    await stop(await held(office, at_it, runner))
    (run,) = await office.runs("daily")
    assert (run.claimed_by, run.words, run.ended_at) == (None, STOPPED, None)
    await office.begun(office.process("two", Job(DAILY, work)))
    assert work.days == ["24"]


async def test_a_run_that_was_asked_for_is_done_beside_the_schedule(office: Office) -> None:
    work = Work()
    runner = office.process("one", Job(DAILY, work))
    await office.begun(runner)
    office.clock.pass_time(minutes=5)
    await office.db.write(
        lambda conn: rows.put(conn, "daily", office.clock.now, office.server.now, asked_by="command")
    )
    await office.begun(runner)
    await office.days_pass()
    await office.begun(runner)
    assert work.days == ["23", "24"]
    assert [run.asked_by for run in await office.runs("daily")] == ["command", ""]


async def test_forgetting_leaves_what_the_schedule_goes_on_from(office: Office) -> None:
    work = Work()
    runner = office.process("one", Job(DAILY, work))
    await office.begun(runner)
    for _ in range(3):
        await office.days_pass()
        await office.begun(runner)
    later = office.server.now
    office.server.pass_time(days=91)
    assert await office.db.write(lambda conn: rows.forget(conn, later)) == 3
    await office.begun(office.process("two", Job(DAILY, work)))
    assert work.days == ["24", "25", "26"]
    assert [f"{run.due_at:%d}" for run in await office.runs("daily")] == ["26"]


@pytest.mark.parametrize("ahead", [1, 40])
async def test_a_clock_that_was_put_back_does_nothing_twice(office: Office, ahead: int) -> None:
    work = Work()
    runner = office.process("one", Job(DAILY, work))
    await office.begun(runner)
    await office.days_pass(ahead)
    await office.begun(runner)
    office.clock.pass_time(days=-ahead)
    await office.begun(runner)
    office.clock.pass_time(days=ahead)
    await office.begun(runner)
    assert len(work.days) == 1
