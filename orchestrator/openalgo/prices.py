"""Instruments, quotes, candles and option chains in the shapes that OpenAlgo's programs read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from urllib.parse import quote

from domain.calendar import IST
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from orchestrator.openalgo.desk import Desk, Json, Refused, number
from orchestrator.openalgo.requests import (
    Body,
    ChainBody,
    ExpiryBody,
    HistoryBody,
    Named,
    OptionBody,
    QuotesBody,
    SearchBody,
)
from orchestrator.openalgo.symbols import INDEX, dashed, day, short, written

INTERVALS = {"D": "1d", "W": "1w", "M": "1mo"}  # the others have our names
FOUND = 50
KINDS = {Kind.EQUITY: "EQ", Kind.INDEX: "INDEX", Kind.FUTURE: "FUT", Kind.CALL: "CE", Kind.PUT: "PE"}
WIDEST = 100  # strikes on each side


async def quotes(desk: Desk, which: Named) -> Json:
    one = desk.instrument(which.exchange, which.symbol)
    return {"status": "success", "data": _quote(await desk.read(f"/v1/stocks/{_path(one)}/quote"))}


async def multi_quotes(desk: Desk, which: QuotesBody) -> Json:
    """One that nobody knows or can quote has `error` in place of `data`."""
    found = [desk.names.find(one.exchange, one.symbol) for one in which.symbols]
    ids = list(dict.fromkeys(str(one.id) for one in found if one is not None))
    told = await desk.read("/v1/quotes", {"symbols": ",".join(ids)}) if ids else {"items": []}
    by_name = {one["symbol"]: _quote(one) for one in told["items"]}
    results = []
    for asked, one in zip(which.symbols, found, strict=True):
        data = by_name.get(str(one.id)) if one else None
        words = "no account can quote it now" if one else "no broker lists it"
        said: Json = {"data": data} if data is not None else {"error": words}
        results.append({"symbol": asked.symbol, "exchange": asked.exchange, **said})
    return {"status": "success", "results": results}


async def depth(desk: Desk, which: Named) -> Json:
    """The best five of both sides. Last quantity and the sums of all orders are told by no feed of ours: null."""
    one = desk.instrument(which.exchange, which.symbol)
    told = await desk.read(f"/v1/stocks/{_path(one)}/quote")
    sides = {
        side: [
            {"price": number(level["price"]), "quantity": level["quantity"]} for level in told["depth"][side]
        ]
        for side in ("asks", "bids")
    }
    data = {name: value for name, value in _quote(told).items() if name not in ("ask", "bid")}
    unknown = {"ltq": None, "totalbuyqty": None, "totalsellqty": None}
    return {"status": "success", "data": {**data, **unknown, **sides}}


def _quote(told: Json) -> Json:
    best = {side: next(iter(told["depth"][f"{side}s"]), None) for side in ("ask", "bid")}
    return {
        "open": number(told["open"]),
        "high": number(told["high"]),
        "low": number(told["low"]),
        "ltp": number(told["last_price"]),
        "prev_close": number(told["prev_close"]),
        **{side: number(level["price"]) if level else None for side, level in best.items()},
        "volume": told["volume"],
        "oi": told["open_interest"],
    }


async def history(desk: Desk, which: HistoryBody) -> Json:
    """Candles of both days and what lies between. Days are told as their midnight in UTC, as OpenAlgo's client reads
    them; what begins within a day by its true moment."""
    one = desk.instrument(which.exchange, which.symbol)
    query: dict[str, str | int] = {
        "interval": INTERVALS.get(which.interval, which.interval),
        "from": f"{which.start_date}T00:00:00+05:30",
        "to": f"{which.end_date}T23:59:59+05:30",
    }
    told = await desk.read(f"/v1/stocks/{_path(one)}/history", query)
    candles = [
        {
            "timestamp": _moment(candle["time"], whole=which.interval in INTERVALS),
            **{name: number(candle[name]) for name in ("open", "high", "low", "close")},
            "volume": candle["volume"],
            "oi": candle["open_interest"],
        }
        for candle in told["candles"]
    ]
    gaps = [gap["words"] for gap in told["gaps"]]
    return {"status": "success", "data": candles, **({"gaps": gaps} if gaps else {})}


def _moment(text: str, *, whole: bool) -> int:
    at = datetime.fromisoformat(text)
    return int((datetime.combine(at.astimezone(IST).date(), time(), UTC) if whole else at).timestamp())


async def intervals(desk: Desk, _: Body) -> Json:
    data = {
        "months": ["M"],
        "weeks": ["W"],
        "days": ["D"],
        "hours": ["1h"],
        "minutes": ["1m", "3m", "5m", "10m", "15m", "30m"],
        "seconds": [],
    }
    return {"status": "success", "data": data}


async def symbol(desk: Desk, which: Named) -> Json:
    return {"status": "success", "data": _listed(desk.instrument(which.exchange, which.symbol))}


async def search(desk: Desk, which: SearchBody) -> Json:
    exchange = which.exchange or ""
    query: dict[str, str | int] = {"q": which.query, "limit": FOUND, "prices": "false"}
    if exchange:
        query |= {"exchange": exchange.removesuffix(INDEX)}
        query |= {"segment": "index"} if exchange.endswith(INDEX) else {}
    told = await desk.read("/v1/stocks", query)
    ids = [InstrumentId(Exchange(one["exchange"]), one["trading_symbol"]) for one in told["items"]]
    found = [one for name in ids if (one := desk.instruments.get(name)) is not None]
    if exchange in ("NSE", "BSE"):
        found = [one for one in found if one.kind is not Kind.INDEX]
    data = [_listed(one) for one in found]
    return {"status": "success", "message": f"Found {len(data)} matching symbols", "data": data}


def _listed(one: Instrument) -> Json:
    """`token` and the broker's own names belong to one broker: here there are several, and ours stands in."""
    name = written(one)
    return {
        "name": short(one.underlying) if one.underlying else one.name,
        "symbol": name.symbol,
        "brsymbol": one.id.symbol,
        "exchange": name.exchange,
        "brexchange": one.id.exchange,
        "instrumenttype": KINDS[one.kind],
        "expiry": dashed(one.expiry),
        "strike": number(str(one.strike)) if one.strike is not None else None,
        "lotsize": one.lot,
        "tick_size": number(str(one.tick)),
        "token": str(one.id),
    }


async def expiries(desk: Desk, which: ExpiryBody) -> Json:
    """`symbol` is the underlying, `exchange` that of its contracts."""
    try:
        on = Exchange(which.exchange)
    except ValueError:
        raise Refused(400, f"{which.exchange} is no exchange of futures and options") from None
    options = which.instrumenttype == "options"
    today = desk.now.astimezone(IST).date()
    days = sorted(
        {
            one.expiry
            for one in desk.instruments.families.contracts(on, which.symbol)
            if one.expiry and one.expiry >= today and (one.kind is not Kind.FUTURE) is options
        }
    )
    words = f"Found {len(days)} expiry dates for {which.symbol} {which.instrumenttype} in {which.exchange}"
    return {"status": "success", "message": words, "data": [dashed(one) for one in days]}


async def option_chain(desk: Desk, which: ChainBody) -> Json:
    told = await _chain(desk, which.underlying, which.exchange, which.expiry_date, which.strike_count)
    strikes, middle = told["strikes"], _middle(told)
    chain = [
        {
            "strike": number(row["strike"]),
            "ce": _option(desk, row["call"], _label(place - middle)),
            "pe": _option(desk, row["put"], _label(middle - place)),
        }
        for place, row in enumerate(strikes)
    ]
    return {
        "status": "success",
        "underlying": which.underlying,
        "underlying_ltp": number(told["spot"]["last_price"]) if told["spot"] else None,
        "expiry_date": day(date.fromisoformat(told["expiry"])),
        "atm_strike": number(told["atm_strike"]),
        "chain": chain,
    }


async def option_symbol(desk: Desk, which: OptionBody) -> Json:
    """The contract so many strikes from the money."""
    told = await _chain(desk, which.underlying, which.exchange, which.expiry_date, WIDEST)
    steps = int(which.offset[3:] or 0) * (-1 if which.offset.startswith("I") else 1)
    place = _middle(told) + (steps if which.option_type == "CE" else -steps)
    rows = told["strikes"]
    side = "call" if which.option_type == "CE" else "put"
    option = rows[place][side] if 0 <= place < len(rows) else None
    if option is None:
        raise Refused(404, f"no {which.offset} {which.option_type} of {which.underlying} is listed")
    one = desk.instruments.get(InstrumentId.parse(option["symbol"]))
    if one is None:
        raise Refused(404, f"{option['symbol']} is listed no more")
    ltp = number(told["spot"]["last_price"]) if told["spot"] else None
    return {"status": "success", **_listed(one), "underlying_ltp": ltp}


async def _chain(desk: Desk, underlying: str, exchange: str, expiry: date | None, around: int) -> Json:
    """Raises Refused for what is no underlying, or where nobody can say which strike is at the money."""
    spot = desk.names.find(exchange, underlying)
    text = str(spot.id) if spot else underlying
    if spot is None and exchange not in ("NFO", "BFO", "MCX", "CDS", "BCD"):
        raise Refused(404, f"no broker lists {underlying} on {exchange}")
    query: dict[str, str | int] = {"around": around} | ({"expiry": expiry.isoformat()} if expiry else {})
    told: Json = await desk.read(f"/v1/options/{quote(text, safe=':')}/chain", query)
    if told["atm_strike"] is None:
        raise Refused(503, f"nobody can tell the price of {underlying} now")
    return told


def _middle(told: Json) -> int:
    return [row["strike"] for row in told["strikes"]].index(told["atm_strike"])


def _label(steps: int) -> str:
    return "ATM" if not steps else f"OTM{steps}" if steps > 0 else f"ITM{-steps}"


def _option(desk: Desk, told: Json | None, label: str) -> Json | None:
    if told is None:
        return None
    one = desk.instruments.get(InstrumentId.parse(told["symbol"]))
    return {
        "symbol": written(one).symbol if one else told["symbol"],
        "label": label,
        **{name: number(told[name]) for name in ("bid", "ask")},
        "ltp": number(told["last_price"]),
        "volume": told["volume"],
        "oi": told["oi"],
        "lotsize": told["lot"],
        "tick_size": number(str(one.tick)) if one else None,
    }


def _path(one: Instrument) -> str:
    return quote(str(one.id), safe=":")
