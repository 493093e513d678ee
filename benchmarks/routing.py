"""How long a routing decision takes: when one account is enough, and when it is split. Of a split, the plan (measuring
the accounts and searching) and the search alone are told apart; the rest is the text of the inputs with its hash, and
the receipt: what every account alone and every beaten plan would cost, line by line.

Microseconds of processor time, the least of several rounds, beside the pace of the machine in the same run.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from benchmarks.measure import pace
from domain.account import AccountId, BrokerId
from domain.money import Money, Price
from domain.order import OrderIntent
from domain.policy import Policy
from domain.routing import Candidate, Market
from routing import plans
from routing.decide import decide
from routing.margin import blocked_price
from routing.offers import Terms, survey
from tests.routing.cases import FUTURE, SHARE, TODAY, account, order

ROUNDS, SPENT = (
    100,
    0.004,
)  # how often each is measured, and seconds of each round: short ones find quiet moments
MOST = {3: 200, 10: 2000}  # microseconds that a decision may take, by accounts


def microseconds(work: Callable[[], object]) -> float:
    """Of processor time for one call."""
    work()
    began = time.process_time()
    work()
    calls = max(1, int(SPENT / max(time.process_time() - began, 1e-6)))
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(calls):
            work()
        best = min(best, (time.process_time() - began) / calls)
    return best * 1e6


def accounts(number: int, cash: Sequence[Money] | None = None) -> list[Candidate]:
    """Accounts at all brokers in turn."""
    brokers = list(BrokerId)
    made = [account(brokers[i % len(brokers)], account_id=AccountId(f"acc-{i:02}")) for i in range(number)]
    if cash is None:
        return made
    return [replace(one, margin_available=amount) for one, amount in zip(made, cash, strict=True)]


def short(number: int, value: Money) -> list[Candidate]:
    """Accounts of which most are needed together."""
    each = value.amount / number
    return accounts(
        number, [Money(each) * 13 * (100 + i) * (Money.of("0.001").amount) for i in range(number)]
    )


def searched(intent: OrderIntent, market: Market, candidates: Sequence[Candidate]) -> Callable[[], object]:
    assert intent.price is not None
    terms = Terms(intent, market, intent.price, blocked_price(intent, market, intent.price), TODAY)
    offers = [offer for offer in (survey(terms, one) for one in candidates) if offer.capacity]
    return lambda: plans.Shares(offers, intent.quantity).best()


def planned(intent: OrderIntent, market: Market, candidates: Sequence[Candidate]) -> Callable[[], object]:
    assert intent.price is not None
    price = intent.price

    def work() -> object:
        terms = Terms(intent, market, price, blocked_price(intent, market, price), TODAY)
        offers = [offer for offer in (survey(terms, one) for one in candidates) if offer.capacity]
        return plans.Shares(offers, intent.quantity).best()

    return work


def main() -> None:
    gc.set_threshold(20_000, 20, 50)  # as `orchestrator serve` sets it
    gc.freeze()
    share = order("BUY 1000 NSE:INFY CNC LIMIT 1500")
    future = order("BUY 7800 NFO:NIFTY26NOVFUT NRML LIMIT 25000")
    blocked = Price.of(25000) * 7800 * Money.of("0.15").amount
    table = Table("routing decision", "accounts", "µs", "at most")
    for number, most in MOST.items():
        rich = accounts(number)
        poor, traders = short(number, Price.of(1500) * 1000), short(number, blocked)
        rows = (
            ("one account is enough", lambda c=rich: decide(share, SHARE, c, Policy(), on=TODAY)),
            ("split by margin", lambda c=poor: decide(share, SHARE, c, Policy(), on=TODAY)),
            ("  of it the plan", planned(share, SHARE, poor)),
            ("  of it the search", searched(share, SHARE, poor)),
            ("split, in freeze slices", lambda c=traders: decide(future, FUTURE, c, Policy(), on=TODAY)),
            ("  of it the plan", planned(future, FUTURE, traders)),
            ("  of it the search", searched(future, FUTURE, traders)),
        )
        for name, work in rows:
            table.add_row(name, str(number), f"{microseconds(work):,.0f}", f"{most:,}")
    console = Console()
    console.print(table)
    console.print(f"A million additions take {pace():.0f} ms of processor time in this run.")


if __name__ == "__main__":
    main()
