"""What orders would block and cost, by Upstox's own calls. Rupees; asking changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adapters.broker import MarginAsk, Symbols
from adapters.http import json_number
from adapters.upstox import wire
from adapters.upstox.calls import Calls, batched
from adapters.upstox.terms import TERMS
from adapters.upstox.wire import PRODUCTS_OUT
from domain.errors import BrokerRejected, BrokerUnavailable
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price, average_price

MOST_LINES = 20  # UDAPI1102 beyond


async def required_margins(calls: Calls, symbols: Symbols, asks: Sequence[MarginAsk]) -> Money:
    """What must be free to send them in this order. (What they block in the end, `final_margin`, can be less: a hedge
    helps the orders before it only then.) Raises BrokerRejected for more than Upstox prices at once."""
    lines = _joined(asks)
    if not lines:
        return ZERO
    if len(lines) > MOST_LINES:
        raise BrokerRejected(f"Upstox prices at most {MOST_LINES} different orders together")
    data = await calls.ask("/v2/charges/margin", margin_body(lines, symbols))
    with wire.understood("a margin"):
        return Money(wire.number(data["required_margin"]))


def _joined(asks: Sequence[MarginAsk]) -> list[MarginAsk]:
    """One line for what Upstox would refuse as said twice: the quantities added, the prices weighed."""
    lines: dict[tuple[InstrumentId, str, str], MarginAsk] = {}
    for ask in asks:
        key = (ask.instrument, ask.side.value, PRODUCTS_OUT[ask.product])
        before = lines.get(key)
        lines[key] = ask if before is None else _sum(before, ask)
    return list(lines.values())


def _sum(one: MarginAsk, two: MarginAsk) -> MarginAsk:
    quantity = one.quantity + two.quantity
    if one.price is None or two.price is None:
        return replace(one, quantity=quantity, price=None)
    return replace(
        one,
        quantity=quantity,
        price=average_price(one.price * one.quantity + two.price * two.quantity, quantity),
    )


def margin_body(asks: Sequence[MarginAsk], symbols: Symbols) -> dict[str, Any]:
    """The body of POST /v2/charges/margin. Without a price Upstox takes the market's."""
    lines: list[dict[str, Any]] = []
    for ask in asks:
        line: dict[str, Any] = {
            "instrument_key": wire.listed(symbols, ask.instrument).order_key,
            "quantity": ask.quantity,
            "product": PRODUCTS_OUT[ask.product],
            "transaction_type": ask.side.value,
        }
        if ask.price is not None:
            line["price"] = json_number(Price(round(ask.price.amount, 2)))  # an estimate needs no more
        lines.append(line)
    return {"instruments": lines}


async def charges(calls: Calls, symbols: Symbols, asks: Sequence[MarginAsk]) -> list[Money]:
    """Brokerage, taxes and fees of each, in the order asked; market orders at the last price. The depository's fee for
    sold shares is one a day and share, so it is in none of them."""
    unpriced = [ask.instrument for ask in asks if ask.price is None]
    last = await last_prices(calls, symbols, unpriced) if unpriced else {}
    priced: list[tuple[MarginAsk, Price]] = []
    for ask in asks:
        price = ask.price or last.get(ask.instrument)
        if price is None:
            raise BrokerUnavailable(f"Upstox gives no price of {ask.instrument} to reckon its charges with")
        priced.append((ask, price))
    different = list(dict.fromkeys(priced))  # slices of one order cost the same: asked once
    found = await asyncio.gather(*(_charge(calls, symbols, ask, price) for ask, price in different))
    of = dict(zip(different, found, strict=True))
    return [of[one] for one in priced]


async def _charge(calls: Calls, symbols: Symbols, ask: MarginAsk, price: Price) -> Money:
    query = {
        "instrument_token": wire.listed(symbols, ask.instrument).order_key,
        "quantity": str(ask.quantity),
        "product": PRODUCTS_OUT[ask.product],
        "transaction_type": ask.side.value,
        "price": format(price.amount, "f"),
    }
    data = await calls.read("/v2/charges/brokerage", query)
    with wire.understood("charges"):
        return Money(wire.number(data["charges"]["total"]))


async def last_prices(
    calls: Calls, symbols: Symbols, instruments: Sequence[InstrumentId]
) -> dict[InstrumentId, Price]:
    """Of those that are listed here and have one."""
    listed = [one for name in instruments if (one := symbols.listing(name))]
    wanted = {one.feed_key: one.instrument.id for one in listed}
    prices: dict[InstrumentId, Price] = {}
    for keys in batched(list(wanted), TERMS.quote_batch):
        data = await calls.read("/v3/market-quote/ltp", {"instrument_key": ",".join(keys)})
        with wire.understood("last prices"):
            # Keyed by symbol, so matched by the instrument key.
            rows = [row for row in data.values() if row.get("instrument_token") in wanted]
            found = [(wanted[row["instrument_token"]], wire.price_or_none(row["last_price"])) for row in rows]
            prices |= {name: price for name, price in found if price is not None}
    return prices
