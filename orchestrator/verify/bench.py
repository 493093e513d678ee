"""One logged-in account and one share, as the checks of the adapter contract use them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adapters.broker import Broker, Symbols
from domain.account import AccountId
from domain.instrument import Instrument, InstrumentId
from domain.money import Price
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity, apply
from domain.report import OrderReport

T = TypeVar("T")

PATIENCE_SECONDS = 8.0
LOOK_SECONDS = 0.05


class Broken(AssertionError):
    """A rule of the contract that does not hold, in words."""


def hold(rule: object, words: object) -> None:
    """Raises Broken with the words when the rule is not true."""
    if not rule:
        raise Broken(str(words))


async def eventually(ask: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
    """The first answer that is good. Raises Broken with the last one when patience ends."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        answer = await ask()
        if good(answer):
            return answer
        hold(asyncio.get_running_loop().time() < deadline, f"never came true; last answer: {answer!r}")
        await asyncio.sleep(LOOK_SECONDS)


@dataclass
class Bench:
    """`price` is that of `instrument` now, in rupees; `sent` is what the checks have placed."""

    broker: Broker
    names: Symbols
    instrument: InstrumentId
    price: Price
    sent: list[ChildOrder] = field(default_factory=list)

    @property
    def listed(self) -> Instrument:
        found = self.names.listing(self.instrument)
        if found is None:
            raise Broken(f"{self.instrument} is not listed")
        return found.instrument

    def off(self, percent: int) -> Price:
        """So much below (negative: above) the price, on the tick."""
        wanted = self.price.amount * (100 - percent) / 100
        return Price(wanted - wanted % self.listed.tick.amount)

    def child(self, quantity: int = 1, **fields: Any) -> ChildOrder:
        """An order to buy for delivery with a tag of its own, a limit far below the market unless told otherwise."""
        terms = self.broker.terms
        tag = "".join(secrets.choice(terms.tag_alphabet) for _ in range(min(terms.tag_length[1], 20)))
        given: dict[str, Any] = {
            "id": ChildId(tag),
            "order_id": OrderId("verify"),
            "account_id": AccountId("verify"),
            "broker": terms.broker,
            "slice": 0,
            "instrument": self.instrument,
            "side": Side.BUY,
            "quantity": quantity,
            "order_type": OrderType.LIMIT,
            "product": Product.CNC,
            "validity": Validity.DAY,
            "price": self.off(5),
            "trigger_price": None,
            "tag": tag,
        }
        return ChildOrder(**(given | fields))

    async def placed(self, child: ChildOrder) -> ChildOrder:
        self.sent.append(child)  # before: a lost answer is swept up too
        return apply(child, await self.broker.place(child))

    async def until(self, child: ChildOrder, good: Callable[[OrderReport], bool]) -> OrderReport:
        """The order's report once it is good. Raises Broken when it never is."""
        found = await eventually(lambda: self.broker.order(child), lambda one: one is not None and good(one))
        if found is None:
            raise Broken("the order is not known")
        return found
