"""Option chains and sensitivities in Groww's words. Rupees; `iv` in percent."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.greeks import Greeks, greeks
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.envelope import answering, bad_request, success
from mocks.brokers.groww.names import Name
from mocks.brokers.server import rupees
from mocks.exchange.model import Kind

OPTIONS = (Kind.CALL, Kind.PUT)
EXPIRES = time(15, 30, tzinfo=IST)
DAY_SECONDS = 86_400


class Chains:
    def __init__(self, branch: Branch) -> None:
        self._branch = branch

    def routes(self) -> list[Route]:
        greeks_path = (
            "/v1/live-data/greeks/exchange/{exchange}/underlying/{underlying}"
            "/trading_symbol/{symbol}/expiry/{expiry}"
        )
        return [
            Route("/v1/option-chain/exchange/{exchange}/underlying/{underlying}", answering(self.chain)),
            Route(greeks_path, answering(self.greeks)),
        ]

    async def chain(self, request: Request) -> Response:
        self._branch.market_user(request)
        options = self._options(request, request.query_params.get("expiry_date", ""))
        quote = self._branch.exchange.quote
        strikes: dict[str, dict[str, Any]] = {}
        for name in sorted(options, key=lambda one: one.instrument.strike):
            now = quote(name.key)
            strikes.setdefault(f"{name.instrument.strike / 100:g}", {})[name.instrument.kind.value] = {
                "greeks": _shown(self.sensitivities(name)),
                "trading_symbol": name.symbol,
                "ltp": rupees(now.last_price),
                "open_interest": now.open_interest,
                "volume": now.volume,
            }
        underlying = quote(options[0].instrument.underlying)
        return success({"underlying_ltp": rupees(underlying.last_price), "strikes": strikes})

    async def greeks(self, request: Request) -> Response:
        self._branch.market_user(request)
        wanted = request.path_params["symbol"]
        for name in self._options(request, request.path_params["expiry"]):
            if name.symbol == wanted:
                return success({"greeks": _shown(self.sensitivities(name))})
        raise bad_request(f"Invalid trading symbol: {wanted}")

    def _options(self, request: Request, expiry: str) -> list[Name]:
        exchange, underlying = request.path_params["exchange"], request.path_params["underlying"]
        try:
            day = date.fromisoformat(expiry).isoformat()
        except ValueError as bad:
            raise bad_request(f"Invalid expiry_date: {expiry}") from bad
        found = [
            name
            for name in self._branch.names.contracts(exchange, underlying)
            if name.instrument.kind in OPTIONS and name.instrument.expiry == day
        ]
        if not found:
            raise bad_request(f"No options on {underlying} expire at {exchange} on {day}")
        return found

    def sensitivities(self, name: Name) -> Greeks:
        """Of one option, at its last price."""
        option = name.instrument
        quote = self._branch.exchange.quote
        expires = datetime.combine(date.fromisoformat(option.expiry), EXPIRES)
        days = (expires - self._branch.office.now()).total_seconds() / DAY_SECONDS
        return greeks(
            quote(option.underlying).last_price / 100,
            option.strike / 100,
            days,
            quote(name.key).last_price / 100,
            call=option.kind is Kind.CALL,
        )


def _shown(found: Greeks) -> dict[str, float]:
    return {
        "delta": round(found.delta, 4),
        "gamma": round(found.gamma, 6),
        "theta": round(found.theta, 4),
        "vega": round(found.vega, 4),
        "rho": round(found.rho, 4),
        "iv": round(found.iv * 100, 4),
    }
