"""Laws of the fault plan's counting, on any plan and any run of requests."""

from __future__ import annotations

import json
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from mocks.brokers.faults import Fault, FaultPlan, Rule
from mocks.brokers.faults.kinds import FRAME_FAULTS, MISHAPS, NEEDS_SECONDS, STANDING, STREAMS
from mocks.control.plans import asked, read_plan

CALLS = ("place", "cancel", "orders", "funds")
ACCOUNTS = ("A", "B")
REQUESTS = st.lists(st.tuples(st.sampled_from(CALLS), st.sampled_from(ACCOUNTS)), max_size=40)
KINDS = sorted(set(Fault) - FRAME_FAULTS - STANDING - MISHAPS - {Fault.DROP_SOCKET, Fault.EXPIRE_TOKEN})


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    fault = draw(st.sampled_from([one for one in KINDS if one is not Fault.STALE_READS]))
    return Rule(
        "mock",
        fault,
        call=draw(st.sampled_from([None, *CALLS, "order_api", "book_api"])),
        account=draw(st.sampled_from([None, *ACCOUNTS])),
        times=draw(st.none() | st.integers(1, 5)),
        after=draw(st.integers(0, 5)),
        seconds=1.0 if fault in NEEDS_SECONDS else None,
        probability=draw(st.sampled_from([0.3, 1.0])),
        seed=draw(st.integers(0, 99)),
    )


def run(plan: list[Rule], requests: list[tuple[str, str]]) -> FaultPlan:
    faults = FaultPlan(clock_ns=lambda: 0)
    faults.add_all(plan)
    for call, account in requests:
        faults.pick("mock", call, partial(str, account))
    return faults


def again(rule: Rule) -> Rule:
    """The same rule, as it comes from a file."""
    (copy,) = read_plan(json.dumps({"rules": [asked(rule) | {"id": ""}]}).encode(), ("mock",))
    return copy


@given(st.lists(rules(), max_size=4), REQUESTS)
def test_a_plan_from_a_file_does_the_same_to_the_same_requests(
    plan: list[Rule], requests: list[tuple[str, str]]
) -> None:
    copies = [again(rule) for rule in plan]
    assert run(plan, requests).log == run(copies, requests).log


@given(rules(), REQUESTS)
def test_no_rule_hits_too_early_too_often_or_somebody_else(
    rule: Rule, requests: list[tuple[str, str]]
) -> None:
    log = run([rule], requests).log
    assert rule.times is None or len(log) <= rule.times
    assert [line.n for line in log] == list(range(1, len(log) + 1))
    for line in log:
        assert line.request > rule.after
        assert line.call not in STREAMS
        assert rule.wants(line.call)
        assert rule.account in (None, line.account)


@given(rules(), REQUESTS, REQUESTS)
def test_requests_that_a_rule_is_not_about_change_nothing(
    rule: Rule, requests: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    foreign = [(call, account) for call, account in others if not rule.wants(call)]
    mixed = [one for pair in zip(requests, foreign, strict=False) for one in pair]
    rest = requests[len(foreign) :] if len(foreign) < len(requests) else []
    assert run([again(rule)], [*mixed, *rest]).log == run([again(rule)], requests).log
