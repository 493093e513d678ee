"""What holds of every plan, over thousands of drawn cases of accounts, orders and policies.

ROUTING_CASES=200000 draws more of them.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from domain.account import AccountId, BrokerId
from domain.money import ZERO, Money, Price
from domain.order import OrderIntent
from domain.policy import Policy, PolicyKind, Splitting, Weights
from domain.routing import Candidate, Denied, Market, RoutingDecision
from routing.decide import decide
from routing.margin import blocked_price
from routing.offers import Terms, survey
from tests.routing.cases import FUTURE, SHARE, TODAY, account, order

CASES = int(os.environ.get("ROUTING_CASES", "10000"))
BROKERS = list(BrokerId)
# Prices around which a floor, a cap and the small-sell DP charge all bend within a dozen shares.
PRICES = ("15.00", "49.95", "433.30", "2500.00", "9000.00")
CHEAPER = Policy(splitting=Splitting.WHEN_CHEAPER)


@dataclass(frozen=True)
class Case:
    intent: OrderIntent
    market: Market
    accounts: tuple[Candidate, ...]

    def decided(self, policy: Policy) -> RoutingDecision | Denied:
        return decide(self.intent, self.market, self.accounts, policy, on=TODAY)

    @property
    def price(self) -> Price:
        assert self.intent.price is not None
        return self.intent.price


def drawn(seed: int, *, most: int = 4) -> Case:
    dice = Random(seed)
    if dice.random() < 0.25:
        market, lot = replace(FUTURE, freeze=dice.choice([None, 150, 200])), FUTURE.lot
        price, name, product = Price.of(25000), "NFO:NIFTY26NOVFUT", "NRML"
    else:
        market, lot = SHARE, 1
        price, name, product = Price.of(dice.choice(PRICES)), "NSE:INFY", dice.choice(["CNC", "MIS"])
    side, lots = dice.choice(["BUY", "SELL"]), dice.randint(1, 12)
    accounts = tuple(_account(dice, number, price, lot) for number in range(dice.randint(1, most)))
    return Case(order(f"{side} {lots * lot} {name} {product} LIMIT {price}"), market, accounts)


def _account(dice: Random, number: int, price: Price, lot: int) -> Candidate:
    cash = price * (dice.randint(0, 14) * lot) * Decimal(dice.choice(["0.2", "0.5", "1.01", "2"]))
    label = f"{number}"
    return account(
        dice.choice(BROKERS),
        cash=str(cash.amount),
        account_id=AccountId(f"acc-{label}"),
        label=label,
        sellable=dice.randint(0, 8),
        session_ok=dice.random() < 0.95,
        place_ms=dice.choice([None, 40, 40, 90]),
        reject_rate=dice.choice([None, Decimal("0.01"), Decimal("0.05")]),
        orders_left=dice.choice([None, None, 1, 3]),
    )


def cases(number: int, **more: int) -> Iterator[Case]:
    return (drawn(seed, **more) for seed in range(number))


def policies(case: Case) -> Iterator[Policy]:
    ids = tuple(one.account_id for one in case.accounts)
    yield from (Policy(), CHEAPER, Policy(PolicyKind.FASTEST), Policy(PolicyKind.MOST_RELIABLE))
    yield Policy(PolicyKind.BALANCED, weights=Weights(1, 3, 2), splitting=Splitting.WHEN_CHEAPER)
    yield from (Policy(PolicyKind.SPREAD), Policy(PolicyKind.FALLBACK, accounts=ids[::-1]))


# --- nothing is cheaper ------------------------------------------------------------------------------------------


def cheapest(case: Case, *, alone: bool) -> Decimal | None:
    """The lowest charges of all plans, by trying every quantity at every account; `alone`: at one account only."""
    intent, lot = case.intent, case.market.lot
    best: dict[int, Decimal] = {0: Decimal(0)}
    for one in case.accounts:
        after = {} if alone else dict(best)
        for quantity in range(lot, intent.quantity + 1, lot):
            if alone and quantity < intent.quantity:
                continue
            part = replace(intent, quantity=quantity)
            offer = survey(Terms(part, case.market, case.price, case.price, TODAY), one)
            if not offer.feasible:
                continue
            cost = offer.cost(quantity)
            for placed, known in (best if not alone else {0: Decimal(0)}).items():
                total = placed + quantity
                if total <= intent.quantity and known + cost < after.get(total, Decimal(10**9)):
                    after[total] = known + cost
        best = {**best, **{k: min(v, best.get(k, v)) for k, v in after.items()}}
    return best.get(intent.quantity)


def test_nothing_is_cheaper() -> None:
    for case in cases(CASES // 10):
        decision, least = case.decided(CHEAPER), cheapest(case, alone=False)
        assert isinstance(decision, Denied) == (least is None), case
        if isinstance(decision, RoutingDecision):
            assert decision.charges.total.amount == least, case
            assert decision.certificate is not None
            assert decision.certificate.bound is not None
            assert decision.certificate.bound <= decision.charges.total
            assert all(one.beaten_by is None or one.beaten_by >= ZERO for one in decision.alternatives), case


def test_one_account_is_used_where_one_suffices_and_it_is_the_cheapest() -> None:
    for case in cases(CASES // 10):
        decision, alone = case.decided(Policy()), cheapest(case, alone=True)
        if isinstance(decision, RoutingDecision):
            used = {one.account_id for one in decision.slices}
            assert (len(used) == 1) == (alone is not None), case
            assert alone is None or decision.charges.total.amount == alone, case


# --- every plan keeps to what the accounts can -------------------------------------------------------------------


def test_quantities_add_up_and_no_constraint_is_broken_whatever_the_policy() -> None:
    for case in cases(CASES // 40):
        for policy in policies(case):
            decision = case.decided(policy)
            if isinstance(decision, Denied):
                continue
            assert sum(one.quantity for one in decision.slices) == case.intent.quantity
            for one in case.accounts:
                within(case, decision, one)


def within(case: Case, decision: RoutingDecision, one: Candidate) -> None:
    mine = [part for part in decision.slices if part.account_id == one.account_id]
    units = sum(part.quantity for part in mine)
    if not mine:
        return
    assert one.session_ok
    assert one.orders_left is None or len(mine) <= one.orders_left
    assert all(part.quantity % case.market.lot == 0 for part in mine)
    assert case.market.freeze is None or all(part.quantity <= case.market.freeze for part in mine)
    assert one.margin_available is not None
    blocked = Money.sum(part.margin_required for part in mine)
    assert blocked <= max(one.margin_available, ZERO)
    if case.intent.product == "CNC" and case.intent.side == "SELL":
        assert units <= one.sellable
    terms = Terms(
        case.intent, case.market, case.price, blocked_price(case.intent, case.market, case.price), TODAY
    )
    assert units <= survey(terms, one).capacity


# --- more accounts, fewer accounts, another order ----------------------------------------------------------------


def test_another_account_never_makes_the_plan_dearer() -> None:
    for case in cases(CASES // 40):
        fewer = replace(case, accounts=case.accounts[:-1])
        before, after = fewer.decided(CHEAPER), case.decided(CHEAPER)
        if isinstance(before, RoutingDecision):
            assert isinstance(after, RoutingDecision)
            assert after.charges.total <= before.charges.total, case
        # Where one account is preferred to several, it may cost more than several did; never more than one did.
        before, after = fewer.decided(Policy()), case.decided(Policy())
        if isinstance(before, RoutingDecision):
            assert isinstance(after, RoutingDecision)
            if split(before) == split(after):
                assert after.charges.total <= before.charges.total, case
            else:
                assert split(before), case


def split(decision: RoutingDecision) -> bool:
    return len({one.account_id for one in decision.slices}) > 1


def test_leaving_out_an_account_that_was_not_used_changes_nothing() -> None:
    for case in cases(CASES // 40):
        for policy in (Policy(), CHEAPER, Policy(PolicyKind.FASTEST), Policy(PolicyKind.MOST_RELIABLE)):
            decision = case.decided(policy)
            if isinstance(decision, Denied):
                continue
            used = {one.account_id for one in decision.slices}
            for idle in (one for one in case.accounts if one.account_id not in used):
                rest = tuple(one for one in case.accounts if one is not idle)
                without = replace(case, accounts=rest).decided(policy)
                assert isinstance(without, RoutingDecision)
                assert without.slices == decision.slices, (case, policy)


def test_the_order_of_accounts_changes_nothing() -> None:
    for seed, case in enumerate(cases(CASES // 200)):
        accounts = list(case.accounts)
        Random(seed).shuffle(accounts)
        for policy in policies(case):
            assert decide(case.intent, case.market, accounts, policy, on=TODAY) == case.decided(policy)


def test_the_same_inputs_give_the_same_decision_in_another_process_with_other_hashes() -> None:
    script = "from tests.routing.test_properties import several; print(several())"
    for seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == several()


def several() -> str:
    decisions = [case.decided(policy) for case in cases(6) for policy in policies(case)]
    return " ".join(f"{one.hash} {one.alternatives!r}" for one in decisions)
