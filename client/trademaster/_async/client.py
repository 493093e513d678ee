"""The client: one address, one token, a part for each resource."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel

from trademaster import config
from trademaster._async.accounts import Accounts
from trademaster._async.approvals import Approvals, Tokens
from trademaster._async.http import AsyncHTTP
from trademaster._async.market import Market
from trademaster._async.orders import Orders
from trademaster._async.portfolio import Funds, Portfolio
from trademaster._async.stream import Stream
from trademaster._async.switch import Kill
from trademaster._async.watching import Alerts, Watchlists
from trademaster.models import LoginIn, MeOut, Meta, TokenOut

T = TypeVar("T")


class AsyncClient:
    """TradeMaster Orchestrator over HTTP.

    `url` and `token` default to TRADEMASTER_URL and TRADEMASTER_TOKEN, then to what `trademaster login` has stored,
    then to the product on this machine. `timeout` is seconds for one request, `attempts` how often a question is asked
    at most. An address without encryption is refused unless it is this machine's, or `plain_http` says so. `transport`
    is httpx's, for a program that has its own.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = 20.0,
        attempts: int = 4,
        plain_http: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        where = config.chosen(url, token)
        self.http = AsyncHTTP(
            where.url,
            where.token,
            timeout=timeout,
            attempts=attempts,
            plain_http=plain_http,
            transport=transport,
        )
        self.orders = Orders(self.http)
        self.accounts = Accounts(self.http)
        self.portfolio = Portfolio(self.http)
        self.funds = Funds(self.http)
        self.market = Market(self.http)
        self.watchlists = Watchlists(self.http)
        self.alerts = Alerts(self.http)
        self.kill = Kill(self.http)
        self.approvals = Approvals(self.http)
        self.tokens = Tokens(self.http)
        self.stream = Stream(self.http)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.http.url}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def log_in(self, email: str, password: str, totp: str | None = None) -> TokenOut:
        """A login of a person, for a quarter of an hour; programs rather use a personal token."""
        body = LoginIn.model_validate(
            {"email": email, "password": password} | ({"totp": totp} if totp else {})
        )
        answer = await self.http.send("POST", "/v1/users/login", TokenOut, body)
        self.http.token = answer.access_token
        return answer

    async def me(self) -> MeOut:
        """Who this token belongs to."""
        return await self.http.get("/v1/users/me", MeOut)

    async def meta(self) -> Meta:
        """The version of the product, and what it is set up for. Needs no token."""
        return await self.http.get("/v1/meta", Meta)

    async def get(self, path: str, kind: type[T], **params: Any) -> T:
        """Any other question: `kind` is a model of `trademaster.models`, `list[...]` of one, or `dict`."""
        return await self.http.get(path, kind, **params)

    async def send(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: BaseModel | Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        **params: Any,
    ) -> T:
        """Any other change, sent once. `key` is its Idempotency-Key, where it takes one."""
        return await self.http.send(method, path, kind, body, key=key, **params)
