"""One call of an OpenAlgo program: who asks, what the API answers, and how a refusal is told in OpenAlgo's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from adapters.http import json_number
from domain.account import UserId
from domain.calendar import IST, Calendar
from domain.instrument import Exchange, Instrument, InstrumentId
from domain.money import Price
from orchestrator.http.own_api import Answer, OwnApi
from orchestrator.instruments.service import Instruments
from orchestrator.leases.leases import Leases
from orchestrator.openalgo.symbols import Name, Names, written

Json = dict[str, Any]
PAGE = 200
MOST_PAGES = 50  # 10,000 orders or trades of one day
FINEST = Decimal("0.0001")


class Refused(Exception):
    """No, with the status and the words that the program gets; `extra` goes beside them. `wait`: seconds after which
    it may ask again, as the answer's Retry-After says them."""

    def __init__(self, status: int, message: str, *, wait: str | None = None, **extra: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.wait, self.extra = status, message, wait, extra

    @property
    def headers(self) -> dict[str, str]:
        return {"retry-after": self.wait} if self.wait else {}

    def body(self) -> Json:
        return {"status": "error", "message": self.message, **self.extra}


@dataclass(frozen=True, slots=True)
class Desk:
    """`dry_run`: the token places nothing. `leases`: by which one process at a time works out a position."""

    user: UserId
    api: OwnApi
    instruments: Instruments
    names: Names
    now: datetime
    dry_run: bool
    calendar: Calendar
    leases: Leases

    async def read(self, path: str, query: Mapping[str, str | int] | None = None, body: Any = None) -> Any:
        """The answer to a question. Raises Refused."""
        answer = await self.api.ask("GET" if body is None else "POST", path, query=query, body=body)
        if not answer.ok:
            raise refusal(answer)
        return answer.body

    async def pages(self, path: str, query: Mapping[str, str | int]) -> list[Json]:
        """Every page of a list. Raises Refused where there are too many to be told at once."""
        asked, found = {**query, "limit": PAGE}, list[Json]()
        for _ in range(MOST_PAGES):
            page = await self.read(path, asked)
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            asked["cursor"] = page["next_cursor"]
        raise Refused(413, "there are too many of today: read them in pages, with our own API")

    def instrument(self, exchange: str, symbol: str) -> Instrument:
        """Raises Refused."""
        found = self.names.find(exchange, symbol)
        if found is None:
            raise Refused(404, f"no broker lists {symbol} on {exchange}, as OpenAlgo writes symbols")
        return found

    def name(self, exchange: str, symbol: str) -> Name:
        """OpenAlgo's name of what our API names so; ours for what nobody lists any more."""
        found = self.instruments.get(InstrumentId(Exchange(exchange), symbol))
        return written(found) if found else Name(exchange, symbol)


def refusal(answer: Answer) -> Refused:
    """A problem of ours in OpenAlgo's form: what is wrong, how it is mended, and our stable code."""
    body = answer.body if isinstance(answer.body, dict) else {}
    words = str(body.get("detail") or f"the request was refused ({answer.status})")
    fix = body.get("fix")
    extra = {name: body[name] for name in ("code", "clause") if name in body}
    wait = answer.headers.get("retry-after")
    return Refused(answer.status, f"{words} ({fix})" if fix else words, wait=wait, **extra)


def number(text: str | None) -> float | None:
    """Rupees as the JSON number that OpenAlgo's programs reckon with; null is not known."""
    return None if text is None else json_number(Price(Decimal(text).quantize(FINEST, ROUND_HALF_UP)))


def stamp(moment: str) -> str:
    """22-Nov-2026 09:59:10, IST."""
    return f"{datetime.fromisoformat(moment).astimezone(IST):%d-%b-%Y %H:%M:%S}"
