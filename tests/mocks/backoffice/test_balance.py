"""Invariant 13: whatever is traded over days by several clients of several brokers, no paisa and no share is lost.

What an account should be worth is reckoned from the executions alone, and compared with its books.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocks import seed
from mocks.brokers.backoffice.entries import Account, Occasion
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import is_contract, is_option
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.rates.shelf import TARIFFS
from mocks.brokers.backoffice.refusal import Refusal
from mocks.exchange.catalogue import instruments
from mocks.exchange.model import Kind, OrderType, Side
from mocks.exchange.venue import Exchange
from tests.mocks.backoffice.books import check_open_day
from tests.mocks.backoffice.desk import INFY, PROFILE, START

FUTURE = "NFO:NIFTY26DECFUT"
LISTED = instruments(START.date())
CALL = min(
    (
        one
        for one in LISTED
        if one.kind is Kind.CALL and one.expiry == "2026-12-29" and "NIFTY 50" in one.underlying
    ),
    key=lambda one: one.strike,
).key
INSTRUMENTS = [one for one in LISTED if one.key in (INFY, FUTURE, CALL, "NSE:NIFTY 50")]
CHOICES = (
    (INFY, Product.CNC, 1),
    (INFY, Product.MIS, 1),
    (INFY, Product.MTF, 1),
    (FUTURE, Product.NRML, 65),
    (FUTURE, Product.MIS, 65),
    (CALL, Product.NRML, 65),
)
BROKERS = ("kite", "upstox")
CASH = 500_000_00


@dataclass(slots=True)
class Seen:
    """One client as the executions tell."""

    cash: int = 3 * CASH
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class World:
    def __init__(self) -> None:
        start_ns = int(START.timestamp()) * 10**9
        self.exchange = Exchange(INSTRUMENTS, seed=1, start_ns=start_ns, flow=False)
        self.offices = [
            BackOffice(self.exchange, replace(PROFILE, name=name, tariff=TARIFFS[name])) for name in BROKERS
        ]
        self.clients: list[tuple[BackOffice, Ledger, Seen]] = []
        for office in self.offices:
            for number in (1, 2):
                user = seed.create(office, seed.NewUser(user_id=f"U{number}", cash=3 * CASH))
                office.set_holding(user.user_id, INFY, 100, 1400_00)
                seen = Seen()
                seen.shares[INFY] = 100
                self.clients.append((office, office.ledger(user.user_id), seen))
                self._watch(office, user.user_id, seen)

    def _watch(self, office: BackOffice, user_id: str, seen: Seen) -> None:
        def executed(update: object) -> None:
            fill = update.fill  # type: ignore[attr-defined]
            if fill is not None:
                signed = fill.quantity if fill.side is Side.BUY else -fill.quantity
                seen.cash -= signed * fill.price
                seen.shares[fill.key] += signed

        office.listen(user_id, executed)

    def act(self, who: int, choice: int, buys: bool, lots: int, step: int, then: str) -> None:
        office, ledger, seen = self.clients[who]
        key, product, lot = CHOICES[choice]
        quote = self.exchange.quote(key)
        side = Side.BUY if buys else Side.SELL
        tick = self.exchange.instruments[key].tick
        price = (quote.last_price + step * tick * 20 * (1 if buys else -1)) // tick * tick
        request = OrderRequest(key, side, OrderType.LIMIT, product, lots * lot, price)
        user_id = ledger.user.user_id
        try:
            order = office.place(user_id, request)
            if then == "cancel" and not order.ended:
                office.cancel(user_id, order.order_id)
            if then == "deposit":
                office.deposit(user_id, 100_00)
                seen.cash += 100_00
        except Refusal:
            pass
        if then == "wait":
            self.exchange.advance(self.exchange.now + 10**9)

    def end_day(self) -> None:
        """By hand: what is left of intraday positions is closed at the last price, as the executions cannot tell."""
        for office, ledger, seen in self.clients:
            for order in list(ledger.live.values()):
                office.cancel(ledger.user.user_id, order.order_id)
            for position in ledger.positions.values():
                if position.product is Product.MIS:
                    seen.cash += position.quantity * office.last_price(position.key)
                    seen.shares[position.key] -= position.quantity
        for office in self.offices:
            office.settle()

    def check_open_day(self) -> None:
        for office, ledger, _ in self.clients:
            check_open_day(office, ledger.user.user_id)

    def check_closed_day(self) -> None:
        for _, ledger, seen in self.clients:
            book = ledger.daybook
            assert sum(book.balance_of(account) for account in Account) == 0
            assert book.balance_of(Account.CLIENT) == book.balance
            assert (
                -book.balance_of(Account.LENDER)
                == book.loan
                == sum(h.mtf_loan for h in ledger.holdings.values())
            )
            assert (ledger.blocked, ledger.charges, ledger.orders) == (0, 0, {})
            costs = -sum(
                one.to_client for one in book.entries if one.occasion in (Occasion.CHARGES, Occasion.INTEREST)
            )
            assert book.balance - book.loan + self._worth(ledger) == seen.cash - costs + sum(
                quantity * self.exchange.settlement_price(key) for key, quantity in seen.shares.items()
            )
            self._check_shares(ledger, seen)

    def _worth(self, ledger: Ledger) -> int:
        """Shares at the settlement price, options too; of a future what was not paid since it was marked."""
        price = self.exchange.settlement_price(INFY)
        worth = sum((held.owned + held.mtf_quantity) * price for held in ledger.holdings.values())
        for position in ledger.positions.values():
            marked = self.exchange.settlement_price(position.key)
            assert is_contract(self.exchange.instruments[position.key])
            paid = 0 if is_option(self.exchange.instruments[position.key]) else position.marked_price
            worth += position.quantity * (marked - paid)
        return worth

    def _check_shares(self, ledger: Ledger, seen: Seen) -> None:
        owned: dict[str, int] = defaultdict(int)
        for held in ledger.holdings.values():
            assert min(held.quantity, held.t1, held.mtf_quantity) >= 0 == held.used
            owned[held.key] += held.owned + held.mtf_quantity
        for position in ledger.positions.values():
            owned[position.key] += position.quantity
        assert {key: n for key, n in owned.items() if n} == {key: n for key, n in seen.shares.items() if n}


ACTION = st.tuples(
    st.integers(0, 3),
    st.integers(0, len(CHOICES) - 1),
    st.booleans(),
    st.integers(1, 8),
    st.integers(-2, 2),
    st.sampled_from(["", "cancel", "wait", "deposit"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(days=st.lists(st.lists(ACTION, max_size=25), min_size=1, max_size=4))
def test_cash_shares_and_loans_balance_over_days(
    days: list[list[tuple[int, int, bool, int, int, str]]],
) -> None:
    world = World()
    for day in days:
        for action in day:
            world.act(*action)
        world.check_open_day()
        world.end_day()
        world.check_closed_day()
