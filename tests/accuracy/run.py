"""A simulated month of random trading at four brokers, compared at every checkpoint. The seed decides everything."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from domain.account import BrokerId
from domain.calendar import IST
from domain.errors import BrokerRejected
from domain.instrument import InstrumentId
from domain.lots import ActionKind as OwnKind
from domain.lots import CorporateAction, Settlement
from domain.money import Price
from domain.order import Product
from domain.portfolio import AccountSnapshot
from mocks.brokers.backoffice.refusal import Refusal
from mocks.exchange.actions import Action, ActionKind
from mocks.exchange.model import Phase
from tests.accuracy.account import Account
from tests.accuracy.check import differences, lots_differ
from tests.accuracy.world import World
from tests.simulation.loop import VirtualLoop

DAYS = 21
SLOTS = (time(10), time(12), time(14))
EARLY, LATE = time(8, 30), time(18, 30)
SHARES = (
    "NSE:ADANIPOWER", "BSE:ADANIPOWER", "NSE:M&MFIN", "BSE:M&MFIN", "NSE:ITC", "BSE:ITC", "NSE:INFY", "BSE:INFY",
)  # fmt: skip
OWNED = {"NSE:ADANIPOWER": 300, "NSE:M&MFIN": 151, "NSE:ITC": 400}
Distort = Callable[[AccountSnapshot], AccountSnapshot]
Deed = Callable[["Month", Account], Coroutine[Any, Any, bool]]


@dataclass
class Verdict:
    """`troubles` are differences: none is a proof for this seed."""

    seed: int
    troubles: list[str] = field(default_factory=list)
    gaps: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    traded: Counter[BrokerId] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


def prove(
    seed: int, *, days: int = DAYS, distort: Distort = lambda read: read,
    brokers: tuple[BrokerId, ...] = tuple(BrokerId), most: int = 20,
) -> Verdict:  # fmt: skip
    """`distort` makes a mistake on purpose. It ends early after `most` differences."""
    verdict = Verdict(seed)
    loop = VirtualLoop(random.Random(f"{seed}:loop"))
    try:
        loop.run_until_complete(Month(seed, verdict, distort, brokers, most).live(days))
    finally:
        loop.close()
    return verdict


class Month:
    def __init__(
        self, seed: int, verdict: Verdict, distort: Distort, brokers: tuple[BrokerId, ...], most: int
    ) -> None:
        self.world = World(seed)
        self._verdict, self._most = verdict, most
        self._dice = random.Random(f"{seed}:deeds")
        self.accounts = [Account(self.world, one, OWNED, distort) for one in brokers]
        self._actions: list[Action] = self._companies()
        self.world.announce(self._actions)
        self._ended: dict[str, Settlement] = {}

    def _companies(self) -> list[Action]:
        """One of each kind, on trading days that the dice choose."""
        calendar, day = self.world.exchange.calendar, self.world.day
        days = [day := calendar.trading_day_after(day) for _ in range(DAYS - 4)]
        dates = self._dice.sample(days, 3)
        dice = self._dice
        return [
            Action("NSE:ADANIPOWER", ActionKind.SPLIT, dates[0], new=dice.choice((2, 5, 10))),
            Action(
                "NSE:M&MFIN", ActionKind.BONUS, dates[1], new=dice.choice((1, 2)), old=dice.choice((1, 3)),
                days=dice.choice((0, 1, 2)),
            ),
            Action("NSE:ITC", ActionKind.DIVIDEND, dates[2], amount=650, days=3),
        ]  # fmt: skip

    async def live(self, days: int) -> None:
        await self.world.read_masters()
        for _ in range(days):
            self.world.to(EARLY)
            for account in self.accounts:
                await account.log_in()
            await self._compare("before the open")
            for slot in SLOTS:
                self.world.to(slot)
                await self._trade()
                if slot == SLOTS[1]:
                    await self._compare("at midday")
            self.world.to(LATE)
            await self._compare("after the close")
            self._own_lots()
            if len(self._verdict.troubles) >= self._most:
                return
            await self._night()

    # --- trading -------------------------------------------------------------------------------------------------

    async def _trade(self) -> None:
        for account in self.accounts:
            for _ in range(self._dice.randint(1, 2)):
                deed = self._dice.choices([one for one, _ in DEEDS], [often for _, often in DEEDS])[0]
                name = deed.__name__.replace("_", " ")
                try:
                    done = await deed(self, account)
                except (BrokerRejected, Refusal) as no:
                    self._verdict.refused[f"{account.broker_id} {name}: {no}"] += 1
                    continue
                self._verdict.seen[name] += done
                self._verdict.traded[account.broker_id] += done
                self.world.exchange.advance(self.world.exchange.now + 2 * 10**9)

    def percent(self) -> float:
        return self._dice.uniform(-1.5, 1.5)

    async def buy(self, account: Account, product: Product) -> bool:
        key = self._dice.choice(SHARES)
        await account.trade(key, self._dice.randint(1, 60), product, self.percent())
        return True

    async def sell(self, account: Account, product: Product) -> bool:
        """Something owned, in part or whole, on either exchange."""
        account.read_prints()
        world, owned = self.world, account.book.owned()
        mine = sorted((name, units) for (name, one), units in owned.items() if one == product and units > 0)
        if not mine:
            return False
        isin, units = self._dice.choice(mine)
        some = units if self._dice.random() < 0.2 else self._dice.randint(1, units)
        keys = sorted(str(name) for name, one in world.isins.items() if one == isin)
        await account.trade(self._dice.choice(keys), -some, product, self.percent())
        return True

    async def own_buy(self, account: Account) -> bool:
        return await self.buy(account, Product.CNC)

    async def own_sell(self, account: Account) -> bool:
        return await self.sell(account, Product.CNC)

    async def funded_buy(self, account: Account) -> bool:
        return account.broker_id is not BrokerId.GROWW and await self.buy(account, Product.MTF)

    async def funded_sell(self, account: Account) -> bool:
        return await self.sell(account, Product.MTF)

    async def intraday(self, account: Account) -> bool:
        """Long or short; what is left open the broker closes."""
        key = self._dice.choice(SHARES)
        quantity = self._dice.choice((-1, 1)) * self._dice.randint(1, 60)
        await account.trade(key, quantity, Product.MIS, self.percent())
        if self._dice.random() < 0.5:
            part = quantity if self._dice.random() < 0.5 else -(-quantity // 2)
            await account.trade(key, -part, Product.MIS, self.percent())
        return True

    async def contract(self, account: Account) -> bool:
        world = self.world
        live = sorted(key for key, one in world.exchange.instruments.items() if one.expiry)
        live = [key for key in live if world.exchange.phase_of(key) is Phase.CONTINUOUS]
        mine = sorted(name for (name, product), _ in account.book.owned().items() if product == "NRML")
        key = self._dice.choice(mine if mine and self._dice.random() < 0.5 else live)
        lots = self._dice.choice((-2, -1, 1, 2)) * world.exchange.instruments[key].lot
        await account.trade(key, lots, Product.NRML, self.percent())
        return True

    async def intraday_contract(self, account: Account) -> bool:
        key = "NFO:NIFTY27JANFUT"
        lots = self._dice.choice((-1, 1)) * self.world.exchange.instruments[key].lot
        await account.trade(key, lots, Product.MIS, self.percent() / 3)
        if self._dice.random() < 0.5:
            await account.trade(key, -lots, Product.MIS, self.percent() / 3)
        return True

    async def convert(self, account: Account) -> bool:
        """Today's intraday purchase is kept, or today's delivery purchase goes back."""
        old, new = self._dice.choice(((Product.MIS, Product.CNC), (Product.CNC, Product.MIS)))
        positions = [
            one
            for one in account.ledger.positions.values()
            if one.product.value == old
            and one.quantity > 0
            and not one.day_sell_quantity
            and one.key in SHARES
        ]
        if not positions:
            return False
        one = self._dice.choice(positions)
        account.read_prints()
        await account.convert(one.key, self._dice.randint(1, one.quantity), old, new)
        return True

    async def pledge(self, account: Account) -> bool:
        held = sorted(one.isin for one in account.ledger.holdings.values() if one.quantity - one.used > 10)
        if not held:
            return False
        isin = self._dice.choice(held)
        one = account.ledger.holdings[isin]
        quantity = -one.pledged if one.pledged else self._dice.randint(1, 10)
        account.office.pledge(account.user_id, isin, quantity)
        return True

    async def pay(self, account: Account) -> bool:
        account.pay(self._dice.randint(1, 10_000_00))
        return True

    # --- comparing -----------------------------------------------------------------------------------------------

    async def _compare(self, when: str) -> None:
        for account in self.accounts:
            account.read_prints()
            read = await account.snapshot()
            self._verdict.seen["comparisons"] += 1
            for words in differences(self.world, account, read, self._verdict.gaps):
                self._trouble(account, when, words)

    def _own_lots(self) -> None:
        acts = [_own(one, self.world) for one in self._actions if one.kind is not ActionKind.DIVIDEND]
        for account in self.accounts:
            for words in lots_differ(self.world, account, acts, self._ended):
                self._trouble(account, "in own lots", words)

    def _trouble(self, account: Account, when: str, words: str) -> None:
        self._verdict.troubles.append(f"{self.world.day} {when}, {account.broker_id}: {words}")

    # --- the night -----------------------------------------------------------------------------------------------

    async def _night(self) -> None:
        world, closed = self.world, self.world.day
        listings = dict(world.exchange.instruments)
        settled = {key: world.exchange.settlement_price(key) for key, one in listings.items() if one.expiry}
        for key, one in listings.items():
            if one.expiry and one.expiry <= closed.isoformat():
                at = datetime.combine(closed, time(15, 30), IST)
                self._ended[key] = Settlement(InstrumentId.parse(key), at, Price.paise(settled[key]))
        opened = world.next_day()
        for account in self.accounts:
            await account.broker.aclose()
            ends = account.book.contracts({key: one for key, one in listings.items() if key in self._ended})
            self._verdict.seen["expiry"] += any(ends.values())
            account.book.end_day(listings, settled, closed)
            self._act(account, opened)
        world.to(EARLY, opened)

    def _act(self, account: Account, opened: date) -> None:
        account.book.receive(opened)
        for one in self._actions:
            if one.on == opened:
                isin = self.world.exchange.instruments[one.key].isin
                due = self.world.exchange.calendar.trading_day_later(one.on, one.days)
                account.book.act(one, isin, due)
                self._verdict.seen[one.kind.value] += (isin, "CNC") in account.book.owned()
        account.book.receive(opened)


DEEDS: tuple[tuple[Deed, int], ...] = (
    (Month.own_buy, 6),
    (Month.own_sell, 6),
    (Month.intraday, 4),
    (Month.contract, 6),
    (Month.intraday_contract, 1),
    (Month.funded_buy, 2),
    (Month.funded_sell, 2),
    (Month.convert, 2),
    (Month.pledge, 1),
    (Month.pay, 1),
)


def _own(action: Action, world: World) -> CorporateAction:
    isin = world.exchange.instruments[action.key].isin
    return CorporateAction(isin, action.on, OwnKind(action.kind.value), action.new, action.old)
