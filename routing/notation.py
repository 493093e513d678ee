"""A trade in one line: `BUY 100 NSE:INFY CNC @1500`. What cannot be read says what to write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from domain.fees import Ending, Fund, Ware, ware_of
from domain.instrument import Exchange, InstrumentId, Kind
from domain.money import Price
from domain.order import Product, Side
from routing.fees import Trade

FORM = "SIDE QUANTITY EXCHANGE:SYMBOL PRODUCT @PRICE, for example BUY 100 NSE:INFY CNC @1500"
CASH = (Exchange.NSE, Exchange.BSE)
# What may stand for the side: a contract that is not closed before it expires.
ENDS = {
    "EXERCISE": (Side.BUY, Ending.EXERCISED),
    "ASSIGN": (Side.SELL, Ending.ASSIGNED),
    "TAKE": (Side.BUY, Ending.DELIVERED),
    "GIVE": (Side.SELL, Ending.DELIVERED),
}
# The canonical names of contracts: NIFTY26NOVFUT, NIFTY26NOV24000CE, weekly NIFTY26N1724000CE.
_CONTRACT = re.compile(
    r"(?P<underlying>.+?)\d{2}(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|[1-9OND]\d{2})"
    r"(?:(?P<future>FUT)|\d+(?:\.\d+)?(?P<option>CE|PE))"
)
MOST_UNITS = 1_000_000_000


class Unreadable(ValueError):
    """The line is not in the form; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Named:
    """A trade and the instrument it is in."""

    instrument: InstrumentId
    trade: Trade


def parse(text: str, *, fund: bool = False, group: str = "", by_desk: bool = False) -> Named:
    """The trade of one line. `fund`: units of an equity ETF; `group`: BSE's group. Raises Unreadable."""
    parts = text.replace("@ ", "@").split()
    if len(parts) != 5:
        raise Unreadable(f"a trade is five words: {FORM}")
    word, quantity, name, product, price = parts
    side, ending = _act(word)
    instrument = _instrument(name)
    kind, underlying = kind_of(instrument)
    named = ware_of(isin=None, underlying=underlying, group=group)
    trade = Trade(
        exchange=instrument.exchange,
        kind=kind,
        product=_product(product),
        side=side,
        quantity=_quantity(quantity),
        price=_price(price),
        ware=Ware(Fund.EQUITY if fund else None, named.group, named.agricultural),
        by_desk=by_desk,
        ending=ending,
    )
    return Named(instrument, trade)


def kind_of(instrument: InstrumentId) -> tuple[Kind, str | None]:
    """What a canonical name says: the kind, and the underlying of a contract. Raises Unreadable."""
    if instrument.exchange in CASH:
        return Kind.EQUITY, None
    found = _CONTRACT.fullmatch(instrument.symbol)
    if found is None:
        raise Unreadable(
            f"{instrument.symbol} is no contract of {instrument.exchange}: write a future as NIFTY26NOVFUT, an option "
            "as NIFTY26NOV24000CE or, weekly, NIFTY26N1724000CE"
        )
    return Kind(found["future"] or found["option"]), found["underlying"]


def _instrument(text: str) -> InstrumentId:
    exchange, separator, symbol = text.upper().partition(":")
    if not separator or not symbol or exchange not in Exchange.__members__:
        known = ", ".join(Exchange)
        raise Unreadable(f"{text} is no instrument: write EXCHANGE:SYMBOL, the exchange one of {known}")
    return InstrumentId(Exchange(exchange), symbol)


def _act(text: str) -> tuple[Side, Ending | None]:
    word = text.upper()
    if word in ENDS:
        return ENDS[word]
    if word not in Side.__members__:
        raise Unreadable(f"{text} is no side: write one of {', '.join([*Side, *ENDS])}")
    return Side(word), None


def _product(text: str) -> Product:
    try:
        return Product(text.upper())
    except ValueError:
        raise Unreadable(f"{text} is no product: write one of {', '.join(Product)}") from None


def _quantity(text: str) -> int:
    plain = text.replace(",", "")
    if not (plain.isascii() and plain.isdigit()) or not 0 < int(plain) <= MOST_UNITS:
        raise Unreadable(f"{text} is no quantity: write a whole number of units, for example 100")
    return int(plain)


def _price(text: str) -> Price:
    try:
        amount = Decimal(text.removeprefix("@").replace(",", ""))
    except InvalidOperation:
        amount = Decimal(0)
    if not text.startswith("@") or not amount.is_finite() or amount <= 0 or amount >= MOST_UNITS:
        raise Unreadable(f"{text} is no price: write @ and rupees, for example @1500 or @1500.05")
    return Price(amount)
