"""Trades of past days on Upstox's wire, from the contract notes."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.orders import Fill
from mocks.brokers.server import natural, rupees
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.names import OPTIONS, Names
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import Kind

SEGMENTS = frozenset({"EQ", "FO", "COM", "CD", "MF"})
PAGE_LIMIT = 5000


def routes(desk: Desk) -> list[Route]:
    return [desk.route("/v2/charges/historical-trades", Reports(desk).trades, "GET", Topic.PORTFOLIO)]


class Reports:
    def __init__(self, desk: Desk) -> None:
        self._office, self._names = desk.office, desk.names

    async def trades(self, request: Request, user_id: str) -> Response:
        """Of days that ended, the newest first."""
        query = request.query_params
        segment = query.get("segment") or ""
        if segment and segment not in SEGMENTS:
            raise Problem("UDAPI1108", "The segment is invalid", "segment", segment)
        first, last = _day(query.get("start_date"), "start_date"), _day(query.get("end_date"), "end_date")
        page, size = (
            _number(query.get("page_number"), "page_number"),
            _number(query.get("page_size"), "page_size"),
        )
        if size > PAGE_LIMIT:
            raise Problem("UDAPI100036", f"At most {PAGE_LIMIT} trades a page", "page_size", size)
        notes = self._office.ledger(user_id).notes
        fills = [
            (note.day, fill)
            for note in sorted(notes.values(), key=lambda note: note.day, reverse=True)
            if first <= note.day <= last
            for fill in reversed(note.trades)
        ]
        rows = [_row(day, fill, self._names) for day, fill in fills]
        rows = [one for one in rows if segment in ("", one["segment"])]
        pages = {
            "page_number": page,
            "page_size": size,
            "total_records": len(rows),
            "total_pages": -(-len(rows) // size),
        }
        return wire.reply(rows[(page - 1) * size : page * size], metaData={"page": pages})


def _row(day: date, fill: Fill, names: Names) -> dict[str, Any]:
    instrument = names.known(fill.key)
    share = instrument.kind is Kind.EQUITY
    return {
        "exchange": "BSE" if instrument.exchange in ("BSE", "BFO") else "NSE",
        "segment": "EQ" if share else "FO",
        "option_type": instrument.kind.value if instrument.kind in OPTIONS else "",
        "quantity": fill.quantity,
        "amount": rupees(fill.quantity * fill.price),
        "trade_id": fill.trade_id,
        "trade_date": day.isoformat(),
        "transaction_type": wire.SIDE_WORDS[fill.side],
        "scrip_name": instrument.name,
        "strike_price": f"{instrument.strike / 100:.1f}",
        "expiry": instrument.expiry,
        "price": rupees(fill.price),
        "isin": instrument.isin,
        "symbol": names.symbol(fill.key),
        "instrument_token": names.key(fill.key),
    }


def _day(text: str | None, name: str) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError as bad:
        raise Problem("UDAPI100036", f"The {name} is YYYY-MM-DD", name, text) from bad


def _number(text: str | None, name: str) -> int:
    number = natural(text or "")
    if not number:
        raise Problem("UDAPI100036", f"The {name} starts from 1", name, text)
    return number
