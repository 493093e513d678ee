"""Which account takes an order, and what the receipt says about it."""

from dataclasses import replace
from itertools import permutations
from typing import Any

from domain.account import AccountId, BrokerId
from domain.instrument import Exchange
from domain.money import Money, Price
from domain.order import OrderType
from domain.policy import Policy, PolicyKind
from domain.routing import Candidate, Denied, Market, ReasonCode, RoutingDecision
from routing.decide import decide
from tests.routing.cases import CALL, FUTURE, SHARE, TODAY, account, order

Z, U, G, M = BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW, BrokerId.MOCK
AUTO = Policy()
BUY = order("BUY 100 NSE:INFY CNC LIMIT 1500")


def pinned(broker: BrokerId) -> Policy:
    return Policy(PolicyKind.PINNED, AccountId(f"acc-{broker.value}"))


def plan(text: str, *candidates: Candidate, market: Market = SHARE, policy: Policy = AUTO) -> RoutingDecision:
    decision = decide(order(text), market, candidates, policy, on=TODAY)
    assert isinstance(decision, RoutingDecision), decision
    return decision


def denial(text: str, *candidates: Candidate, market: Market = SHARE, policy: Policy = AUTO) -> Denied:
    decision = decide(order(text), market, candidates, policy, on=TODAY)
    assert isinstance(decision, Denied), decision
    return decision


def sent(decision: RoutingDecision) -> dict[str, int]:
    quantities: dict[str, int] = {}
    for one in decision.slices:
        quantities[one.label] = quantities.get(one.label, 0) + one.quantity
    return quantities


def codes(decision: RoutingDecision | Denied) -> list[ReasonCode]:
    return [reason.code for reason in decision.reasons]


def test_the_cheapest_account_takes_the_order_and_the_receipt_says_what_it_saves() -> None:
    decision = plan("BUY 100 NSE:INFY CNC LIMIT 1500", account(U), account(Z), account(G))
    assert sent(decision) == {"Zerodha": 100}
    assert decision.summary == "Auto: Zerodha; saves ₹23.60 against Groww"
    assert decision.saving == Money.of("23.60")
    assert decision.charges.total == Money.of("178.1109")
    assert [(one.slices[0].label, one.beaten_by) for one in decision.alternatives] == [
        ("Groww", Money.of("23.6")),
        ("Upstox", Money.of("23.6")),
    ]


def test_equal_cost_goes_to_the_faster_account_and_says_so() -> None:
    decision = plan("BUY 100 NSE:INFY CNC LIMIT 1500", account(Z, place_ms=80), account(M, place_ms=20))
    assert sent(decision) == {"Mock": 100}
    assert codes(decision) == [ReasonCode.CHEAPEST, ReasonCode.TIE_BROKEN_BY_SPEED]


def test_every_bar_is_a_coded_reason_of_its_alternative() -> None:
    bars: dict[ReasonCode, dict[str, Any]] = {
        ReasonCode.LOGIN_NEEDED: {"session_ok": False},
        ReasonCode.BREAKER_OPEN: {"breaker_open": True},
        ReasonCode.BREAKER_HELD: {"held_open": "held open by an operator until 10:30 IST: orders fail"},
        ReasonCode.ORDERS_NOT_ALLOWED: {"may_order": False},
        ReasonCode.ADDRESS_DRIFTED: {"wrong_address": "198.51.100.4"},
        ReasonCode.ORDER_RATE: {"order_rate": "Zerodha takes 5,000 orders a day over all programs and apps"},
        ReasonCode.NOT_LISTED_AT_BROKER: {"listed": False},
        ReasonCode.EXCHANGE_UNSUPPORTED: {"exchanges": frozenset({Exchange.BSE})},
        ReasonCode.PRODUCT_UNSUPPORTED: {"products": frozenset()},
        ReasonCode.ORDER_TYPE_UNSUPPORTED: {"order_types": frozenset({OrderType.MARKET})},
        ReasonCode.VALIDITY_UNSUPPORTED: {"validities": frozenset()},
        ReasonCode.SNAPSHOT_MISSING: {"cash": None},
        ReasonCode.MARGIN_SHORT: {"cash": 150_000},  # the value, but not the charges
    }
    for code, change in bars.items():
        decision = plan("BUY 100 NSE:INFY CNC LIMIT 1500", account(Z, **change), account(U))
        assert sent(decision) == {"Upstox": 100}
        (passed,) = decision.alternatives
        assert [reason.code for reason in passed.reasons] == [code]
        assert not passed.feasible
        assert passed.charges is not None
        assert passed.beaten_by is None
        assert decision.saving is None
        assert codes(decision) == [ReasonCode.ONLY_FEASIBLE]


def test_disclosed_quantity_needs_a_broker_that_has_it() -> None:
    intent = replace(BUY, disclosed_quantity=20)
    decision = decide(intent, SHARE, [account(Z, disclosed_supported=False), account(U)], AUTO, on=TODAY)
    assert isinstance(decision, RoutingDecision)
    assert decision.alternatives[0].reasons[0].code is ReasonCode.DISCLOSED_UNSUPPORTED


def test_a_pinned_account_is_used_and_the_cheaper_one_is_shown() -> None:
    decision = plan("BUY 100 NSE:INFY CNC LIMIT 1500", account(Z), account(U), policy=pinned(U))
    assert sent(decision) == {"Upstox": 100}
    assert decision.summary == "Upstox, as asked; Zerodha would save ₹23.60"
    assert decision.alternatives[0].beaten_by == Money.of("-23.6")
    assert decision.alternatives[0].reasons[-1].code is ReasonCode.NOT_PINNED


def test_an_intent_that_names_an_account_is_pinned() -> None:
    intent = replace(BUY, account=AccountId("acc-upstox"))
    decision = decide(intent, SHARE, [account(Z), account(U)], AUTO, on=TODAY)
    assert isinstance(decision, RoutingDecision)
    assert sent(decision) == {"Upstox": 100}


def test_a_pinned_account_is_never_left_for_another() -> None:
    refused = denial(
        "BUY 100 NSE:INFY CNC LIMIT 1500", account(Z), account(U, breaker_open=True), policy=pinned(U)
    )
    assert codes(refused) == [ReasonCode.BREAKER_OPEN]
    assert refused.alternatives[0].feasible


def test_an_account_held_open_takes_what_only_gives_back_what_it_holds() -> None:
    shut = {"held_open": "held open by you until 10:30 IST: enough"}
    refused = denial("BUY 100 NSE:INFY CNC LIMIT 1500", account(Z, **shut))
    assert (refused.reasons[-1].code, refused.reasons[-1].message) == (
        ReasonCode.BREAKER_HELD,
        "Zerodha takes nothing new: held open by you until 10:30 IST: enough.",
    )
    for text, more in (
        ("SELL 100 NSE:INFY CNC LIMIT 1500", {"sellable": 100}),
        ("SELL 100 NSE:INFY MIS LIMIT 1500", {"held": 100}),
        ("BUY 100 NSE:INFY MIS LIMIT 1500", {"held": -100}),
    ):
        assert sent(plan(text, account(Z, **shut, **more))) == {"Zerodha": 100}
    for text, more in (
        ("SELL 101 NSE:INFY MIS LIMIT 1500", {"held": 100}),  # the last one would open
        ("BUY 100 NSE:INFY MIS LIMIT 1500", {"held": 100}),
    ):
        assert codes(denial(text, account(Z, **shut, **more)))[-1] is ReasonCode.BREAKER_HELD


def test_refusals_carry_codes() -> None:
    assert codes(denial("BUY 1 NSE:INFY CNC LIMIT 1500")) == [ReasonCode.NO_ACCOUNT]
    assert codes(denial("BUY 1 NSE:INFY CNC LIMIT 1500", account(Z), policy=pinned(U))) == [
        ReasonCode.ACCOUNT_UNKNOWN
    ]
    dark = replace(SHARE, last_price=None)
    assert codes(denial("BUY 1 NSE:INFY CNC MARKET", account(Z), market=dark)) == [ReasonCode.PRICE_UNKNOWN]
    assert codes(denial("BUY 1 NSE:INFY CNC LIMIT 1500.01", account(Z))) == [ReasonCode.TICK_MULTIPLE]


def test_nobody_can_take_it_says_why_of_each() -> None:
    refused = denial("BUY 100 NSE:INFY CNC LIMIT 1500", account(Z, cash=1000), account(U, session_ok=False))
    assert codes(refused) == [
        ReasonCode.NO_FEASIBLE_ACCOUNT,
        ReasonCode.MARGIN_SHORT,
        ReasonCode.LOGIN_NEEDED,
    ]
    assert (
        refused.reasons[1].message
        == "Zerodha has ₹1,000.00 free and this needs ₹1,50,178.11: ₹1,49,178.11 short."
    )


def test_a_split_happens_only_when_no_single_account_suffices() -> None:
    both = plan("BUY 100 NSE:INFY CNC LIMIT 1500", account(Z, cash=90_150), account(U, cash=75_200))
    assert sent(both) == {"Zerodha": 60, "Upstox": 40}
    assert codes(both) == [ReasonCode.SPLIT_BY_MARGIN]
    assert both.summary == "Split: 60 at Zerodha, 40 at Upstox; no single account has the margin"
    assert [one.feasible for one in both.alternatives] == [False, False]
    one = plan("BUY 100 NSE:INFY CNC LIMIT 1500", account(Z, cash=90_150), account(U, cash=160_000))
    assert sent(one) == {"Upstox": 100}


def test_a_split_stays_within_every_accounts_money() -> None:
    decision = plan(
        "BUY 100 NSE:INFY CNC LIMIT 1500",
        account(Z, cash=70_000),
        account(U, cash=60_000),
        account(G, cash=40_000),
    )
    assert sum(sent(decision).values()) == 100
    for one in decision.slices:
        cash = {"Zerodha": 70_000, "Upstox": 60_000, "Groww": 40_000}[one.label]
        assert one.margin_required == Money.of(1500) * one.quantity + one.charges.total
        assert one.margin_required <= Money.of(cash)


def test_a_split_shows_the_next_best_split() -> None:
    decision = plan(
        "BUY 100 NSE:INFY CNC LIMIT 1500",
        account(Z, cash=90_200),
        account(U, cash=76_000),
        account(G, cash=76_000),
    )
    runner_up = decision.alternatives[0]
    assert runner_up.feasible
    assert {one.label for one in runner_up.slices} != set(sent(decision))
    assert runner_up.beaten_by is not None
    assert runner_up.beaten_by >= Money.of(0)


def test_delivery_sells_come_from_where_the_shares_are() -> None:
    holders = (account(Z, sellable=0), account(U, sellable=30), account(G, sellable=25))
    one = plan("SELL 25 NSE:INFY CNC LIMIT 1500", *holders)
    assert len(one.slices) == 1
    assert one.slices[0].margin_required == Money.of(0)
    both = plan("SELL 50 NSE:INFY CNC LIMIT 1500", *holders)
    assert sum(sent(both).values()) == 50
    assert sent(both)["Upstox"] <= 30
    assert sent(both)["Groww"] <= 25
    assert codes(both) == [ReasonCode.SPLIT_BY_HOLDINGS]


def test_shares_that_wait_for_leave_are_not_sold_and_the_refusal_says_how_to_give_it() -> None:
    waiting = account(Z, sellable=0, releasable=50)
    refused = denial("SELL 20 NSE:INFY CNC LIMIT 1500", waiting, account(U, sellable=5))
    first = refused.reasons[0]
    assert (first.code, first.account) == (ReasonCode.AUTHORISATION_NEEDED, waiting.account_id)
    assert first.fix is not None
    assert f"POST /v1/accounts/{waiting.account_id}/authorisation" in first.fix
    free = account(U, sellable=20)
    sold = plan("SELL 20 NSE:INFY CNC LIMIT 1500", waiting, free)
    assert {part.account_id for part in sold.slices} == {free.account_id}


def test_leave_alone_does_not_make_up_for_shares_that_are_not_there() -> None:
    refused = denial("SELL 60 NSE:INFY CNC LIMIT 1500", account(Z, sellable=5, releasable=50))
    (short,) = [one for one in refused.reasons if one.code is ReasonCode.HOLDINGS_SHORT]
    assert "50 more wait for your leave" in short.message


def test_more_than_is_sellable_anywhere_is_refused() -> None:
    refused = denial("SELL 56 NSE:INFY CNC LIMIT 1500", account(U, sellable=30), account(G, sellable=25))
    assert codes(refused) == [ReasonCode.NO_FEASIBLE_ACCOUNT, *[ReasonCode.HOLDINGS_SHORT] * 2]
    assert refused.reasons[0].message == "Your accounts can sell 55 together, not 56."


def test_an_exit_goes_where_the_position_is_though_another_account_is_cheaper() -> None:
    decision = plan("SELL 100 NSE:INFY MIS LIMIT 1500", account(Z), account(U, held=100, cash=0))
    assert sent(decision) == {"Upstox": 100}
    assert decision.slices[0].margin_required == Money.of(0)
    assert ReasonCode.EXITS_POSITION in codes(decision)
    assert decision.alternatives[0].reasons[0].code is ReasonCode.OPENS_OPPOSITE


def test_an_exit_of_a_position_at_two_accounts_is_split_between_them() -> None:
    decision = plan("BUY 100 NSE:INFY MIS LIMIT 1500", account(Z), account(U, held=-70), account(G, held=-30))
    assert sent(decision) == {"Upstox": 70, "Groww": 30}
    assert codes(decision) == [ReasonCode.SPLIT_BY_HOLDINGS]


def test_an_order_larger_than_the_position_is_not_an_exit() -> None:
    decision = plan("SELL 150 NSE:INFY MIS LIMIT 1500", account(Z), account(U, held=100, cash=0))
    assert sent(decision) == {"Zerodha": 150}


def test_intraday_blocks_its_rate() -> None:
    decision = plan("BUY 100 NSE:INFY MIS LIMIT 1500", account(Z))
    assert decision.slices[0].margin_required == Money.of(30_000)


def test_a_market_buy_reserves_up_to_its_protection() -> None:
    short = denial("BUY 100 NSE:INFY CNC MARKET", account(Z, cash=151_000))
    assert short.reasons[1].code is ReasonCode.MARGIN_SHORT
    assert plan("BUY 100 NSE:INFY CNC MARKET", account(Z, cash=155_000)).slices[0].quantity == 100
    banded = replace(SHARE, upper_band=Price.of(1505))
    assert (
        plan("BUY 100 NSE:INFY CNC MARKET", account(Z, cash=151_000), market=banded).slices[0].quantity == 100
    )


def test_bought_options_pay_the_premium_and_written_ones_the_contracts_margin() -> None:
    bought = plan("BUY 65 NFO:NIFTY26NOV25000CE NRML LIMIT 150", account(Z), market=CALL).slices[0]
    assert bought.margin_required == Money.of(9750) + bought.charges.total
    written = plan("SELL 65 NFO:NIFTY26NOV25000CE NRML LIMIT 150", account(Z), market=CALL).slices[0]
    assert written.margin_required == Money.of(243_750)


def test_quantities_over_the_freeze_limit_are_sliced_in_whole_lots() -> None:
    decision = plan("BUY 3900 NFO:NIFTY26NOVFUT NRML LIMIT 25000", account(Z, cash=20_000_000), market=FUTURE)
    assert [one.quantity for one in decision.slices] == [1755, 1755, 390]
    assert ReasonCode.SPLIT_BY_FREEZE in codes(decision)
    assert decision.charges.brokerage == Money.of(60)
    assert decision.summary == "Auto: Zerodha, the only account that can take it, in 3 orders"


def test_more_than_ten_slices_spill_to_another_account() -> None:
    rich = [account(Z, cash=10**9), account(U, cash=10**9)]
    decision = plan("BUY 17615 NFO:NIFTY26NOVFUT NRML LIMIT 25000", *rich, market=FUTURE)
    assert max(sum(one.label == label for one in decision.slices) for label in ("Zerodha", "Upstox")) <= 10
    assert sum(one.quantity for one in decision.slices) == 17615


def test_the_order_of_accounts_changes_nothing() -> None:
    accounts = [
        account(Z, cash=60_000),
        account(U, cash=50_000),
        account(G, cash=45_000),
        account(M, cash=30_000),
    ]
    decisions = {repr(decide(BUY, SHARE, list(some), AUTO, on=TODAY)) for some in permutations(accounts)}
    assert len(decisions) == 1


def test_the_hash_is_the_same_on_every_machine_and_moves_with_every_input() -> None:
    base = decide(BUY, SHARE, [account(Z), account(U)], AUTO, on=TODAY)
    assert base.hash == "6e2fa6b76e4095213eb1d28e89ee8a1e40940d9137f67b43f6716f0d0eae682d"
    others = [
        decide(replace(BUY, quantity=101), SHARE, [account(Z), account(U)], AUTO, on=TODAY),
        decide(BUY, replace(SHARE, last_price=Price.of(1501)), [account(Z), account(U)], AUTO, on=TODAY),
        decide(BUY, SHARE, [account(Z), account(U, cash=1)], AUTO, on=TODAY),
        decide(BUY, SHARE, [account(Z), account(U)], pinned(Z), on=TODAY),
        decide(BUY, SHARE, [account(Z), account(U)], AUTO, on=TODAY.replace(day=20)),
    ]
    assert len({base.hash, *(other.hash for other in others)}) == 6
    same = replace(SHARE, last_price=Price.of("1500.00"))
    assert decide(BUY, same, [account(U), account(Z)], AUTO, on=TODAY).hash == base.hash


def test_an_after_market_order_needs_a_closed_exchange_and_a_broker_that_takes_it() -> None:
    later, closed = replace(BUY, after_market=True), replace(SHARE, open=False, closed_because="Weekend")
    refused = decide(BUY, closed, [account(Z, after_market=True)], AUTO, on=TODAY)
    assert codes(refused) == [ReasonCode.MARKET_CLOSED]
    too_early = decide(later, SHARE, [account(Z, after_market=True)], AUTO, on=TODAY)
    assert codes(too_early) == [ReasonCode.AFTER_MARKET_WHILE_OPEN]
    decision = decide(later, closed, [account(Z), account(U, after_market=True)], AUTO, on=TODAY)
    assert isinstance(decision, RoutingDecision)
    assert [part.label for part in decision.slices] == ["Upstox"]
    assert decision.alternatives[0].reasons[0].code is ReasonCode.AFTER_MARKET_UNSUPPORTED
