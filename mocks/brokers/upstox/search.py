"""The instrument files, and the search: by words, exchange, segment, kind, expiry and distance from the money."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.server import natural
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.listing import dated, row
from mocks.brokers.upstox.names import OPTIONS, root
from mocks.brokers.upstox.options import expiry_of
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import Instrument, Kind

QUERY_LIMIT = 50
PAGE_LIMIT = 30
EXCHANGES = frozenset({"ALL", "NSE", "BSE", "MCX"})
SHARES, CONTRACTS, INDICES = ("NSE_EQ", "BSE_EQ"), ("NSE_FO", "BSE_FO"), ("NSE_INDEX", "BSE_INDEX")
SEGMENT_WORDS: dict[str, tuple[str, ...]] = {
    "ALL": (*SHARES, *CONTRACTS, *INDICES),
    "EQ": SHARES,
    "FO": CONTRACTS,
    "OPT": CONTRACTS,
    "FUT": CONTRACTS,
    "INDEX": INDICES,
    "CURR": (),
    "COMM": (),
}
KINDS_OF = {"OPT": {"CE", "PE"}, "FUT": {"FUT"}}
TYPE_WORDS = {Kind.EQUITY: "EQ", Kind.INDEX: "INDEX", Kind.FUTURE: "FUT", Kind.CALL: "CE", Kind.PUT: "PE"}


def routes(desk: Desk) -> list[Route]:
    async def file(request: Request) -> Response:
        """Needs no login."""
        packed = desk.files.get(request.path_params["name"])
        if packed is None:
            raise Problem("UDAPI100060", "Resource not Found.")
        return Response(packed, media_type="application/gzip")

    return [
        desk.route("/v2/instruments/search", Search(desk).search, "GET", Topic.MARKET),
        desk.public("/market-quote/instruments/exchange/{name}.json.gz", file, "GET"),
    ]


class Search:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._names = desk, desk.names

    async def search(self, request: Request, user_id: str) -> Response:
        query = dict(request.query_params)
        words = query.get("query", "").upper().split()
        if not words:
            raise Problem("UDAPI1169", "The query is empty", "query", query.get("query"))
        if len(query["query"]) > QUERY_LIMIT:
            raise Problem(
                "UDAPI1170", f"The query has at most {QUERY_LIMIT} characters", "query", query["query"]
            )
        page, size = _number(query, "page_number", 1), _number(query, "records", 10)
        if size > PAGE_LIMIT:
            raise Problem("UDAPI1173", f"At most {PAGE_LIMIT} records a page", "records", query["records"])
        found = [one for one in self._names if self._says(one, words)]
        for narrower in (self._by_place, self._by_expiry, self._by_offset):
            found = narrower(found, query)
        found.sort(key=lambda one: self._rank(one, words[0]))
        shown = found[(page - 1) * size : page * size]
        pages = {
            "page_number": page,
            "total_pages": -(-len(found) // size),
            "records": len(shown),
            "total_records": len(found),
        }
        rows = [dated(row(one, self._names)) for one in shown]
        return wire.reply(rows, meta_data={"page": pages})

    def _rank(self, one: Instrument, word: str) -> tuple[bool, bool, bool, str]:
        """The thing of that very name first, then what is on it, shares and indices before contracts."""
        contract = bool(one.expiry)
        named = (root(one) if contract else self._names.symbol(one.key)) == word
        return (not named, contract, one.kind in OPTIONS, one.key)

    def _says(self, one: Instrument, words: list[str]) -> bool:
        text = f"{one.symbol} {self._names.symbol(one.key)} {one.name} {one.isin}".upper()
        return all(word in text for word in words)

    def _by_place(self, found: list[Instrument], query: dict[str, str]) -> list[Instrument]:
        exchanges, segments, kinds = (
            _list(query, name) for name in ("exchanges", "segments", "instrument_types")
        )
        if not exchanges <= EXCHANGES:
            raise Problem("UDAPI1171", "The exchanges are invalid", "exchanges", query["exchanges"])
        if not segments <= SEGMENT_WORDS.keys():
            raise Problem("UDAPI1172", "The segments are invalid", "segments", query["segments"])
        if exchanges and "ALL" not in exchanges:
            found = [
                one for one in found if ("BSE" if one.exchange in ("BSE", "BFO") else "NSE") in exchanges
            ]
        if segments:
            found = [one for one in found if any(self._within(one, word) for word in segments)]
        if kinds:
            found = [one for one in found if TYPE_WORDS[one.kind] in kinds]
        return found

    def _within(self, one: Instrument, word: str) -> bool:
        kinds = KINDS_OF.get(word)
        return self._names.segment(one.key) in SEGMENT_WORDS[word] and (
            kinds is None or TYPE_WORDS[one.kind] in kinds
        )

    def _by_expiry(self, found: list[Instrument], query: dict[str, str]) -> list[Instrument]:
        wanted = query.get("expiry")
        if not wanted:
            return found
        days = sorted({date.fromisoformat(one.expiry) for one in found if one.expiry})
        expiry = expiry_of(wanted, days, self._desk.office.now().astimezone(IST).date()).isoformat()
        return [one for one in found if one.expiry == expiry]

    def _by_offset(self, found: list[Instrument], query: dict[str, str]) -> list[Instrument]:
        """Options so many strikes above (below: negative) the one nearest to the underlying's price."""
        text = query.get("atm_offset")
        if not text:
            return found
        try:
            offset = int(text)
        except ValueError as bad:
            raise Problem("UDAPI100036", "The atm_offset is a whole number", "atm_offset", text) from bad
        groups: dict[tuple[str, str], list[Instrument]] = {}
        for one in found:
            if one.kind in OPTIONS:
                groups.setdefault((one.underlying, one.expiry), []).append(one)
        return [one for group in groups.values() for one in self._at(group, offset)]

    def _at(self, group: list[Instrument], offset: int) -> list[Instrument]:
        strikes = sorted({one.strike for one in group})
        spot = self._desk.exchange.quote(group[0].underlying).last_price
        nearest = min(range(len(strikes)), key=lambda n: abs(strikes[n] - spot))
        index = nearest + offset
        return [one for one in group if strikes[index] == one.strike] if 0 <= index < len(strikes) else []


def _list(query: dict[str, str], name: str) -> set[str]:
    return {word.strip().upper() for word in query.get(name, "").split(",") if word.strip()}


def _number(query: dict[str, Any], name: str, default: int) -> int:
    text = query.get(name)
    if not text:
        return default
    number = natural(str(text))
    if not number:
        code = "UDAPI1174" if name == "page_number" else "UDAPI1173"
        raise Problem(code, f"The {name} is out of range", name, text)
    return number
