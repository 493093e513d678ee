"""Groww's quotes, candles and instrument master in our words. Pure; prices in rupees.

`feed_key` of a listing is its price subject on the feed, for example `/ld/eq/nse/price.2885`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from adapters.broker import Listing
from adapters.groww.wire import EXCHANGE, VENUE, Json, moment, price, units
from adapters.rows import interest
from domain.account import BrokerId
from domain.calendar import IST
from domain.instrument import Instrument, InstrumentId, Kind
from domain.market import Candle, Depth, DepthLevel, Quote, Tick
from domain.money import Price

# Candles: our interval -> (Groww's word, most days one call may span)
INTERVAL: Mapping[str, tuple[str, int]] = {
    "1m": ("1minute", 30),
    "5m": ("5minute", 30),
    "15m": ("15minute", 90),
    "1h": ("1hour", 180),
    "1d": ("1day", 180),
}
_KIND: Mapping[str, Kind] = {
    "EQ": Kind.EQUITY,
    "IDX": Kind.INDEX,
    "FUT": Kind.FUTURE,
    "CE": Kind.CALL,
    "PE": Kind.PUT,
}
_FEED_SEGMENT: Mapping[str, str] = {"CASH": "eq", "FNO": "fo"}
# Groww calls indices by their feed key; the canonical names are the exchange's own.
_INDEX_NAME: Mapping[str, str] = {
    "NIFTY": "NIFTY 50",
    "BANKNIFTY": "NIFTY BANK",
    "FINNIFTY": "NIFTY FIN SERVICE",
    "MIDCPNIFTY": "NIFTY MID SELECT",
    "NIFTYIT": "NIFTY IT",
    "NIFTYJR": "NIFTY NEXT 50",
    "INDIAVIX": "INDIA VIX",
}

# --- quotes ------------------------------------------------------------------------------------------------------


def exchange_symbol(listing: Listing) -> str:
    """How the LTP and OHLC calls name a listing: `NSE_RELIANCE`."""
    return f"{VENUE[listing.instrument.id.exchange][0]}_{listing.order_key}"


def by_segment(listings: Iterable[Listing]) -> dict[str, list[Listing]]:
    """The LTP and OHLC calls take one segment at a time."""
    found: dict[str, list[Listing]] = {}
    for listing in listings:
        found.setdefault(VENUE[listing.instrument.id.exchange][1], []).append(listing)
    return found


def first_ticks(prices: Json, listings: Iterable[Listing], *, seen_at: datetime) -> list[Tick]:
    """What the LTP call says of each listing; it tells no time."""
    found = ((listing, prices.get(exchange_symbol(listing))) for listing in listings)
    known = ((listing, price(value)) for listing, value in found if isinstance(value, int | Decimal))
    return [
        Tick(listing.instrument.id, last, seen_at, source=BrokerId.GROWW)
        for listing, last in known
        if last is not None
    ]


def quote(instrument: InstrumentId, row: Json, *, seen_at: datetime) -> Quote:
    """The full quote. `seen_at` stands in where it has no trade time."""
    last_price = price(row["last_price"])
    if last_price is None:
        raise ValueError(f"no price for {instrument}")
    day = _ohlc(row.get("ohlc"))
    volume = row.get("volume")
    return Quote(
        instrument=instrument,
        last_price=last_price,
        at=moment(row.get("last_trade_time")) or seen_at,
        open=price(day.get("open")),
        high=price(day.get("high")),
        low=price(day.get("low")),
        prev_close=price(day.get("close")),
        volume=units(volume) if volume is not None else None,
        average_price=price(row.get("average_price")),
        lower_circuit=price(row.get("lower_circuit_limit")),
        upper_circuit=price(row.get("upper_circuit_limit")),
        depth=_depth(row.get("depth")),
        open_interest=interest(instrument, row.get("open_interest")),
    )


def brief_quote(instrument: InstrumentId, last: object, ohlc: object, *, seen_at: datetime) -> Quote | None:
    """From the LTP and OHLC calls; None where there is no price."""
    last_price = price(last)
    if last_price is None:
        return None
    day = _ohlc(ohlc)
    return Quote(
        instrument=instrument,
        last_price=last_price,
        at=seen_at,
        open=price(day.get("open")),
        high=price(day.get("high")),
        low=price(day.get("low")),
        prev_close=price(day.get("close")),
    )


def _ohlc(value: object) -> Json:
    """An object, or the text `{open: 149.50,high: 150.50,...}` of one variant of the docs."""
    if isinstance(value, str):
        return {name: Decimal(number) for name, number in re.findall(r"(\w+)\"?\s*:\s*(-?[\d.]+)", value)}
    return value if isinstance(value, dict) else {}


def _depth(value: object) -> Depth:
    book: Json = value if isinstance(value, dict) else {}
    return Depth(bids=_levels(book.get("buy")), asks=_levels(book.get("sell")))


def _levels(rows: object) -> tuple[DepthLevel, ...]:
    if not isinstance(rows, list):
        return ()
    found = ((price(row["price"]), units(row["quantity"])) for row in rows)
    return tuple(DepthLevel(at, quantity) for at, quantity in found if at is not None and quantity)[:5]


# --- candles -----------------------------------------------------------------------------------------------------


def groww_symbol(listing: Listing) -> str:
    """How the candle call names a listing: `NSE-WIPRO`, `NSE-NIFTY-30Sep25-24650-CE`."""
    instrument = listing.instrument
    parts = [VENUE[instrument.id.exchange][0]]
    if instrument.expiry is None or instrument.underlying is None:
        return "-".join([*parts, listing.order_key])
    parts += [instrument.underlying, instrument.expiry.strftime("%d%b%y")]
    if instrument.strike is not None:
        parts.append(format(instrument.strike.amount.normalize(), "f"))
    return "-".join([*parts, instrument.kind.value])


def windows(interval: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The span cut into what one call may ask for, oldest first."""
    step = timedelta(days=INTERVAL[interval][1])
    cuts = []
    while start < end:
        cuts.append((start, min(start + step, end)))
        start += step
    return cuts


def local(at: datetime) -> str:
    """A time parameter of the candle call, IST."""
    return at.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S")


def candle(row: list[object]) -> Candle:
    """`[time, open, high, low, close, volume, open interest]`."""
    at = moment(row[0])
    prices = [price(value) for value in row[1:5]]
    if at is None or None in prices:
        raise ValueError(f"not a candle: {row!r}")
    opened, high, low, close = (value for value in prices if value is not None)
    return Candle(at, opened, high, low, close, units(row[5] or 0))


# --- instruments -------------------------------------------------------------------------------------------------


def listings(text: str) -> list[Listing]:
    """The instrument master, by header name. Rows of segments or kinds that we have no word for are left out.

    Ticks are rupees; a file without a single broken tick is in paise (one sample of the docs is).
    """
    rows = list(csv.DictReader(io.StringIO(text)))
    ticks = [Decimal(row["tick_size"]) for row in rows if row.get("tick_size")]
    unit = Decimal(1) if any(tick % 1 for tick in ticks) else Decimal("0.01")
    found = (_listing(row, unit) for row in rows)
    return [listing for listing in found if listing is not None]


def _listing(row: Mapping[str, str], tick_unit: Decimal) -> Listing | None:
    exchange = EXCHANGE.get((row["exchange"], row["segment"]))
    kind = _KIND.get(row["instrument_type"])
    segment = _FEED_SEGMENT.get(row["segment"])
    if exchange is None or kind is None or segment is None or not row["trading_symbol"]:
        return None
    symbol = row["trading_symbol"]
    if kind is Kind.INDEX:
        canonical, topic = _INDEX_NAME.get(symbol, symbol), "indices"
    else:
        canonical, topic = symbol, segment
    freeze = int(Decimal(row.get("freeze_quantity") or 0))
    strike = Decimal(row.get("strike_price") or 0)
    instrument = Instrument(
        id=InstrumentId(exchange, canonical),
        name=row.get("name") or canonical,
        kind=kind,
        lot=int(Decimal(row.get("lot_size") or 1)) or 1,
        tick=Price(Decimal(row.get("tick_size") or "0.05") * tick_unit),
        isin=row.get("isin") or None,
        # Groww lists the first quantity that is refused; the exchange's limit is one less.
        freeze=freeze - 1 if freeze > 1 else None,
        expiry=date.fromisoformat(row["expiry_date"]) if row.get("expiry_date") else None,
        strike=Price(strike) if kind in (Kind.CALL, Kind.PUT) else None,
        underlying=row.get("underlying_symbol") or None,
    )
    feed_key = f"/ld/{topic}/{row['exchange'].lower()}/price.{row['exchange_token']}"
    return Listing(instrument, symbol, feed_key)
