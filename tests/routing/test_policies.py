"""What each policy makes of the same accounts, and what the receipt says about it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.account import AccountId, BrokerId
from domain.money import Money
from domain.policy import Policy, PolicyKind, Splitting, Weights
from domain.routing import Candidate, Denied, ReasonCode, RoutingDecision
from routing.decide import decide
from routing.explain import policy_words
from tests.routing.cases import FUTURE, SHARE, TODAY, account, order

Z, U, G, M = BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW, BrokerId.MOCK
BUY = "BUY 100 NSE:INFY CNC LIMIT 1500"


def name(broker: BrokerId) -> AccountId:
    return AccountId(f"acc-{broker.value}")


def plan(policy: Policy, *candidates: Candidate, text: str = BUY) -> RoutingDecision:
    market = FUTURE if "NFO" in text else SHARE
    decision = decide(order(text), market, candidates, policy, on=TODAY)
    assert isinstance(decision, RoutingDecision), decision
    return decision


def sent(decision: RoutingDecision) -> dict[str, int]:
    quantities: dict[str, int] = {}
    for one in decision.slices:
        quantities[one.label] = quantities.get(one.label, 0) + one.quantity
    return quantities


def test_fastest_takes_the_account_that_places_in_the_least_time_and_says_what_that_costs() -> None:
    decision = plan(Policy(PolicyKind.FASTEST), account(Z, place_ms=90), account(U, place_ms=40))
    assert sent(decision) == {"Upstox": 100}
    assert decision.summary == "Fastest: Upstox, it places in 40 ms; Zerodha would save ₹23.60"
    assert decision.reasons[0].code is ReasonCode.FASTEST
    assert decision.alternatives[0].beaten_by == Money.of("-23.6")


def test_an_account_that_was_never_measured_counts_as_an_ordinary_one() -> None:
    fastest = Policy(PolicyKind.FASTEST)
    assert sent(plan(fastest, account(Z), account(U, place_ms=240))) == {"Upstox": 100}
    assert sent(plan(fastest, account(Z), account(U, place_ms=260))) == {"Zerodha": 100}


def test_equally_fast_accounts_are_told_apart_by_their_charges() -> None:
    decision = plan(Policy(PolicyKind.FASTEST), account(U, place_ms=50), account(Z, place_ms=50))
    assert sent(decision) == {"Zerodha": 100}


def test_most_reliable_takes_the_account_that_refuses_least_and_distrusts_one_whose_prices_stand_still() -> (
    None
):
    reliable = Policy(PolicyKind.MOST_RELIABLE)
    good, bad = account(U, reject_rate=Decimal("0.001")), account(Z, reject_rate=Decimal("0.08"))
    decision = plan(reliable, good, bad)
    assert sent(decision) == {"Upstox": 100}
    assert decision.reasons[0].message.startswith("Upstox is the most reliable of 2")
    stale = replace(good, prices_stalled=True)
    assert sent(plan(reliable, stale, replace(bad, reject_rate=Decimal("0.005")))) == {"Zerodha": 100}


def test_balanced_weighs_charges_against_delay_and_refusals_in_rupees() -> None:
    slow, quick = (
        account(Z, place_ms=2500, reject_rate=Decimal(0)),
        account(U, place_ms=100, reject_rate=Decimal(0)),
    )
    # 2.4 s of delay are worth 18 rupees on 1.5 lakh, less than the 23.60 that Zerodha saves.
    assert sent(plan(Policy(PolicyKind.BALANCED), slow, quick)) == {"Zerodha": 100}
    hurried = Policy(PolicyKind.BALANCED, weights=Weights(cost=1, speed=2, reliability=1))
    decision = plan(hurried, slow, quick)
    assert sent(decision) == {"Upstox": 100}
    assert decision.certificate is not None
    assert decision.certificate.minimised == "1 x charges + 2 x cost of delay + 1 x cost of losses"
    assert decision.certificate.bound is None


def test_fallback_takes_the_first_of_the_list_that_can_and_no_account_beside_the_list() -> None:
    policy = Policy(PolicyKind.FALLBACK, accounts=(name(U), name(G)))
    first = plan(policy, account(Z), account(U), account(G))
    assert sent(first) == {"Upstox": 100}
    assert first.summary == "Upstox, first of your list"
    second = plan(policy, account(Z), account(U, session_ok=False), account(G))
    assert sent(second) == {"Groww": 100}
    assert second.summary == "Groww, second of your list"
    codes = {reason.code for other in second.alternatives for reason in other.reasons}
    assert codes == {ReasonCode.LOGIN_NEEDED, ReasonCode.NOT_IN_POLICY}
    nobody = decide(order(BUY), SHARE, [account(Z), account(U, session_ok=False)], policy, on=TODAY)
    assert isinstance(nobody, Denied)


def test_fallback_fills_the_list_in_its_order_when_no_account_can_take_all() -> None:
    policy = Policy(PolicyKind.FALLBACK, accounts=(name(U), name(Z)))
    decision = plan(policy, account(Z, cash=90_200), account(U, cash=76_000))
    assert sent(decision) == {"Upstox": 50, "Zerodha": 50}


def test_spread_divides_in_equal_parts_as_far_as_each_account_can() -> None:
    spread = Policy(PolicyKind.SPREAD)
    even = plan(spread, account(Z), account(U), account(G))
    assert sorted(sent(even).values()) == [33, 33, 34]
    assert even.reasons[0].code is ReasonCode.SPREAD
    assert even.summary.startswith("Spread: 34 at Zerodha, 33 at ")
    poor = plan(spread, account(Z), account(U, cash=16_000), account(G))
    assert sent(poor)["Upstox"] == 10
    assert sorted(sent(poor).values()) == [10, 45, 45]
    two = plan(Policy(PolicyKind.SPREAD, accounts=(name(U), name(G))), account(Z), account(U), account(G))
    assert sent(two) == {"Upstox": 50, "Groww": 50}
    lots = plan(spread, account(Z), account(U), text="BUY 195 NFO:NIFTY26NOVFUT NRML LIMIT 25000")
    assert sorted(sent(lots).values()) == [65, 130]
    one = plan(spread, account(Z), account(U), text="BUY 65 NFO:NIFTY26NOVFUT NRML LIMIT 25000")
    assert len(sent(one)) == 1


def test_an_order_may_be_divided_where_that_is_cheaper_if_the_policy_says_so() -> None:
    # Zerodha takes up to 90 of 100 for nothing; Groww takes the whole for 10 rupees, or a half for 5, its least.
    text = "BUY 100 NSE:INFY CNC LIMIT 100"
    accounts = (account(Z, cash=9_020), account(G))
    assert sent(plan(Policy(), *accounts, text=text)) == {"Groww": 100}
    decision = plan(Policy(splitting=Splitting.WHEN_CHEAPER), *accounts, text=text)
    assert sent(decision) == {"Zerodha": 50, "Groww": 50}
    assert decision.reasons[0].code is ReasonCode.SPLIT_IS_BETTER
    assert decision.saving is not None
    assert decision.saving == Money.of("5.90")
    assert decision.certificate is not None
    assert decision.certificate.bound is not None
    assert decision.certificate.bound <= decision.charges.total == decision.certificate.cost


def test_the_orders_an_account_may_still_send_bound_its_part() -> None:
    text = "BUY 3900 NFO:NIFTY26NOVFUT NRML LIMIT 25000"  # 1755, 1755, 390
    rich = {"cash": 10**9}
    decision = plan(Policy(), account(Z, orders_left=2, **rich), account(U, orders_left=1, **rich), text=text)
    assert sum(sent(decision).values()) == 3900
    assert sent(decision)["Zerodha"] <= 3510
    assert sent(decision)["Upstox"] <= 1755
    codes = {reason.code for other in decision.alternatives for reason in other.reasons}
    assert codes == {ReasonCode.ORDER_RATE}
    none = decide(order(text), FUTURE, [account(Z, orders_left=0, **rich)], Policy(), on=TODAY)
    assert isinstance(none, Denied)


def test_a_users_limit_at_a_broker_turns_the_order_elsewhere_or_divides_it() -> None:
    left: dict[str, Any] = {"value_left": Money.of(60_000)}
    elsewhere = plan(Policy(), account(Z, **left), account(U))
    assert sent(elsewhere) == {"Upstox": 100}
    assert elsewhere.alternatives[0].reasons[0].code is ReasonCode.BROKER_LIMIT
    divided = plan(Policy(), account(Z, **left), account(U, value_left=Money.of(100_000)))
    assert sent(divided) == {"Zerodha": 40, "Upstox": 60}
    assert divided.reasons[0].code is ReasonCode.SPLIT_BY_LIMIT


def test_two_accounts_at_one_broker_share_its_limit() -> None:
    left: dict[str, Any] = {"value_left": Money.of(60_000)}
    mother = replace(account(Z, **left), account_id=AccountId("acc-mother"), label="Mother")
    decision = plan(Policy(), account(Z, **left), mother, account(U, cash=120_000))
    at_zerodha = sum(one.quantity for one in decision.slices if one.broker is Z)
    assert at_zerodha == 40
    assert sent(decision)["Upstox"] == 60


def test_a_limit_locks_nobody_into_a_position() -> None:
    spent = Money.of(0)
    decision = plan(
        Policy(), account(U, held=100, value_left=spent), account(Z), text="SELL 100 NSE:INFY MIS LIMIT 1500"
    )
    assert sent(decision) == {"Upstox": 100}


def test_an_exit_that_blocks_nothing_may_leave_an_account_in_debit() -> None:
    decision = plan(Policy(), account(U, held=100, cash=-500), text="SELL 100 NSE:INFY MIS LIMIT 1500")
    assert sent(decision) == {"Upstox": 100}


def test_the_certificate_counts_what_was_beaten_and_what_was_ruled_out() -> None:
    decision = plan(Policy(), account(Z), account(U), account(G, cash=1))
    assert decision.certificate is not None
    assert (decision.certificate.beaten, decision.certificate.ruled_out) == (1, 1)
    assert decision.certificate.bound == decision.certificate.cost == decision.charges.total


def test_a_policy_that_contradicts_itself_cannot_be_made() -> None:
    wrong: list[dict[str, Any]] = [
        {"kind": PolicyKind.PINNED},
        {"kind": PolicyKind.FALLBACK},
        {"kind": PolicyKind.CHEAPEST, "account": name(Z)},
        {"kind": PolicyKind.CHEAPEST, "accounts": (name(Z),)},
        {"kind": PolicyKind.SPREAD, "accounts": (name(Z), name(Z))},
    ]
    for broken in wrong:
        with pytest.raises(ValueError, match=r".+"):
            Policy(**broken)
    with pytest.raises(ValueError, match="not all 0"):
        Weights(0, 0, 0)


def test_every_policy_is_told_in_words() -> None:
    more: dict[PolicyKind, dict[str, Any]] = {
        PolicyKind.PINNED: {"account": name(Z)},
        PolicyKind.FALLBACK: {"accounts": (name(Z),)},
    }
    told = {policy_words(Policy(kind, **more.get(kind, {}))) for kind in PolicyKind}
    assert len(told) == len(PolicyKind)
