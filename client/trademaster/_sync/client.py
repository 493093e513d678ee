# Made from _async/client.py by `make client`; do not edit.
"""The client: one address, one token, a part for each resource."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel

from trademaster import config
from trademaster._sync.accounts import Accounts
from trademaster._sync.approvals import Approvals, Tokens
from trademaster._sync.http import HTTP
from trademaster._sync.market import Market
from trademaster._sync.orders import Orders
from trademaster._sync.portfolio import Funds, Portfolio
from trademaster._sync.stream import Stream
from trademaster._sync.switch import Kill
from trademaster._sync.watching import Alerts, Watchlists
from trademaster.models import LoginIn, MeOut, Meta, TokenOut

T = TypeVar("T")


class Client:
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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        where = config.chosen(url, token)
        self.http = HTTP(
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def log_in(self, email: str, password: str, totp: str | None = None) -> TokenOut:
        """A login of a person, for a quarter of an hour; programs rather use a personal token."""
        body = LoginIn.model_validate(
            {"email": email, "password": password} | ({"totp": totp} if totp else {})
        )
        answer = self.http.send("POST", "/v1/users/login", TokenOut, body)
        self.http.token = answer.access_token
        return answer

    def me(self) -> MeOut:
        """Who this token belongs to."""
        return self.http.get("/v1/users/me", MeOut)

    def meta(self) -> Meta:
        """The version of the product, and what it is set up for. Needs no token."""
        return self.http.get("/v1/meta", Meta)

    def get(self, path: str, kind: type[T], **params: Any) -> T:
        """Any other question: `kind` is a model of `trademaster.models`, `list[...]` of one, or `dict`."""
        return self.http.get(path, kind, **params)

    def send(
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
        return self.http.send(method, path, kind, body, key=key, **params)
