"""The call auction (R8): one price for a collected book, found in one sweep over its limit prices.

Most volume, then least imbalance, then closest to the previous close; when that lies in the middle of the two
closest prices, the previous close itself. Market orders count at every price. What is left over rests: limits
with price and time, market orders as limits at the auction's price with the time they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mocks.exchange.levels import Order
from mocks.exchange.matching import Matching
from mocks.exchange.model import OrderState, OrderType, Side, Trade


@dataclass(frozen=True, slots=True)
class Uncrossing:
    """The auction's price in paise and its volume; both 0 when nothing could trade."""

    price: int
    volume: int


def uncross(book: Matching, reference: int) -> Uncrossing:
    """Trade everything that one price allows, then let the rest join the book.

    `reference` in paise is the previous close, or what takes its place in a closing auction; 0 when unknown.
    """
    found = indicative(book, reference)
    if found.volume:
        _trade(_eligible(book, True, found.price), _eligible(book, False, found.price), found, book)
    waiting, book.market_orders = book.market_orders, []
    price = found.price or reference
    for order in waiting:
        if not order.open:
            continue
        if price:
            order.price, order.type = price, OrderType.LIMIT
            order.shown = order.open
            (book.bids if order.buy else book.asks).insert(order)
        else:
            book.end(order, OrderState.CANCELLED, "no_price")
    return found


def indicative(book: Matching, reference: int) -> Uncrossing:
    """The price and volume an auction would give now."""
    market_buy = sum(order.open for order in book.market_orders if order.buy)
    market_sell = sum(order.open for order in book.market_orders if not order.buy)
    buys = {price: level.total for price, level in book.bids.levels.items()}
    sells = {price: level.total for price, level in book.asks.levels.items()}
    if not buys and not sells:
        volume = min(market_buy, market_sell) if reference else 0
        return Uncrossing(reference if volume else 0, volume)
    return equilibrium(buys, sells, market_buy, market_sell, reference)


def equilibrium(
    buys: dict[int, int], sells: dict[int, int], market_buy: int, market_sell: int, prev_close: int
) -> Uncrossing:
    """The best limit price. `buys` and `sells` are quantity by price; `prev_close` 0 means unknown."""
    demand = market_buy + sum(buys.values())
    supply = market_sell
    best: tuple[int, int] = (0, 0)  # volume, minus the absolute imbalance
    tied: list[int] = []
    for price in sorted({*buys, *sells}):
        supply += sells.get(price, 0)
        rank = (min(demand, supply), -abs(demand - supply))
        demand -= buys.get(price, 0)
        if not rank[0]:
            continue
        if not tied or rank > best:
            best, tied = rank, [price]
        elif rank == best:
            tied.append(price)
    if not tied:
        return Uncrossing(0, 0)
    return Uncrossing(_closest(tied, prev_close), best[0])


def _closest(tied: Sequence[int], prev_close: int) -> int:
    if not prev_close:
        return tied[0]  # the rule knows no other tie-break: without a previous close, the lowest
    distance = min(abs(price - prev_close) for price in tied)
    nearest = [price for price in tied if abs(price - prev_close) == distance]
    return nearest[0] if len(nearest) == 1 else prev_close


def _eligible(book: Matching, buy: bool, price: int) -> list[Order]:
    """Everybody who may trade at `price`, in the order in which the rules serve them."""
    side = book.bids if buy else book.asks
    limits: list[Order] = []
    for level in side.best_levels():
        if level.price >= price if buy else level.price <= price:
            limits.extend(level.orders())
    markets = [order for order in book.market_orders if order.buy is buy]
    return markets + limits if book.rules.auction_priority == "market_first" else limits + markets


def _trade(buys: list[Order], sells: list[Order], found: Uncrossing, book: Matching) -> None:
    left, i, j = found.volume, 0, 0
    while left:
        buy, sell = buys[i], sells[j]
        quantity = min(left, buy.open, sell.open)
        left -= quantity
        _fill(book, buy, quantity)
        _fill(book, sell, quantity)
        tape = book.tape
        tape.seq = buy.activity = sell.activity = tape.seq + 1
        tape.trade += 1
        later = Side.BUY if buy.stamp > sell.stamp else Side.SELL
        tape.out.append(
            Trade(
                tape.seq, tape.now, book.key, tape.trade, buy.number, sell.number, quantity, found.price, later,
            )
        )  # fmt: skip
        book.record_print(found.price, quantity)
        i += not buy.open
        j += not sell.open


def _fill(book: Matching, order: Order, quantity: int) -> None:
    """An auction sees hidden quantity too; what is left of a disclosed order shows a whole tranche, same time."""
    level = order.level
    if level is not None and quantity == order.open:
        (book.bids if order.buy else book.asks).remove(order)
        level = None
    order.filled += quantity
    order.open -= quantity
    shown = min(order.disclosed, order.open) if order.disclosed else order.open
    if level is not None:
        level.total -= quantity
        level.displayed -= order.shown - shown
    order.shown = shown
    if not order.open:
        order.state = OrderState.COMPLETE
        book.forget(order)
