"""A broker made by hand: it does what the test says, and counts what it is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from adapters.broker import (
    Authorisation,
    Broker,
    BrokerFill,
    Capabilities,
    Change,
    Clock,
    Conversion,
    CredentialField,
    Credentials,
    Endpoints,
    Listing,
    LoginKind,
    MarginAsk,
    MarketFeed,
    MarketProtection,
    PhoneLogin,
    Profile,
    Session,
    StreamEvent,
    Symbols,
    Terms,
)
from domain.account import BrokerId, Margin
from domain.conditional import ConditionalIntent, ConditionalReport
from domain.errors import BrokerError, BrokerRejected
from domain.instrument import Exchange, InstrumentId
from domain.market import Candle, Quote
from domain.money import Money
from domain.order import Accepted, ChildOrder, OrderType, Product, Validity
from domain.position import Holding, Position
from domain.report import OrderReport


def terms(broker: BrokerId, login: LoginKind) -> Terms:
    redirect = login is LoginKind.REDIRECT
    return Terms(
        broker=broker,
        name=broker.value.capitalize(),
        letter=broker.value[0].upper(),
        login=login,
        credential_fields=(
            CredentialField("api_key", "API key", secret=False, required=redirect),
            CredentialField("api_secret", "API secret", secret=True, required=redirect),
            CredentialField("access_token", "Access token", secret=True, required=False),
        ),
        session_ends_at=time(6, 0),
        exchanges=frozenset({Exchange.NSE, Exchange.BSE}),
        products=frozenset({Product.CNC}),
        order_types=frozenset(OrderType),
        validities=frozenset(Validity),
        tag_length=(1, 20),
        tag_alphabet="abcdefghijklmnopqrstuvwxyz0123456789",
        limits=(),
        disclosed_quantity=True,
        market_protection=MarketProtection.SENT,
        posts_updates=redirect,
        logs_out=redirect,
    )


@dataclass
class StubAdapter:
    """`users`: which broker user a login code or API key is; `fails`: what a call raises instead of answering."""

    terms: Terms
    users: dict[str, str] = field(default_factory=dict)
    fails: dict[str, BrokerError] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    cash: Money = field(default_factory=lambda: Money.of(100_000))
    held: list[Holding] = field(default_factory=list)
    listed: list[Listing] = field(default_factory=list)
    candles_told: list[Candle] = field(default_factory=list)
    found: list[OrderReport] = field(default_factory=list)  # by the tag of whatever order
    hold_back: asyncio.Event | None = None
    allowed: Capabilities = field(default_factory=Capabilities)
    seen: list[Mapping[str, str]] = field(default_factory=list)
    closed: int = 0
    ended: list[str] = field(default_factory=list)  # sessions that were logged out
    told: OrderReport | None = None  # by whatever is posted
    posts: list[tuple[bytes, str]] = field(default_factory=list)
    phone_login: PhoneLogin | None = None

    @property
    def login(self) -> StubAdapter:
        return self

    def url(self, credentials: Credentials, endpoints: Endpoints, *, redirect_uri: str, state: str) -> str:
        query = {"api_key": credentials["api_key"], "redirect_uri": redirect_uri, "state": state}
        return f"https://{self.terms.broker.value}.test/login?{urlencode(query)}"

    async def session(
        self,
        credentials: Credentials,
        endpoints: Endpoints,
        *,
        answer: Mapping[str, str],
        redirect_uri: str,
        now: datetime,
    ) -> Session:
        self.calls["session"] += 1
        self.seen.append(dict(credentials))
        user = self.users.get(answer.get("code") or answer.get("api_key") or answer.get("access_token", ""))
        if user is None:
            raise BrokerRejected("this code is not known", code="BAD_CODE")
        return Session(
            f"token of {user} {self.calls['session']}",
            user,
            now + timedelta(hours=8),
            credentials.get("api_key", ""),
        )

    async def end(self, session: Session, endpoints: Endpoints) -> None:
        self.calls["end"] += 1
        self.ended.append(session.access_token)
        if self.hold_back is not None:
            await self.hold_back.wait()
        if "end" in self.fails:
            raise self.fails["end"]

    def connect(self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock) -> Broker:
        return StubBroker(self, session)

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        return list(self.listed)

    def market_feed(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AbstractAsyncContextManager[MarketFeed]:
        raise BrokerRejected("no feed here")

    def order_stream(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AsyncGenerator[StreamEvent, None]:
        raise BrokerRejected("no stream here")

    def postback(
        self, body: bytes, headers: Mapping[str, str], secret: str, symbols: Symbols
    ) -> OrderReport | None:
        self.posts.append((body, secret))
        return self.told


@dataclass
class StubBroker:
    adapter: StubAdapter
    session: Session

    @property
    def terms(self) -> Terms:
        return self.adapter.terms

    async def _asked(self, name: str) -> None:
        self.adapter.calls[name] += 1
        if self.adapter.hold_back is not None:
            await self.adapter.hold_back.wait()
        if failure := self.adapter.fails.get(name) or self.adapter.fails.get("all"):
            raise type(failure)(failure.words, code=failure.code)

    async def profile(self) -> Profile:
        await self._asked("profile")
        return Profile(self.session.broker_user_id, "Asha")

    async def margin(self) -> Margin:
        await self._asked("margin")
        return Margin(self.adapter.cash, Money.of(0), self.adapter.cash)

    async def holdings(self) -> list[Holding]:
        await self._asked("holdings")
        return list(self.adapter.held)

    async def positions(self) -> list[Position]:
        await self._asked("positions")
        return []

    async def place(self, child: ChildOrder) -> Accepted:
        raise BrokerRejected("no orders here")

    async def modify(self, child: ChildOrder, change: Change) -> None:
        raise BrokerRejected("no orders here")

    async def cancel(self, child: ChildOrder) -> None:
        raise BrokerRejected("no orders here")

    async def orders(self) -> list[OrderReport]:
        await self._asked("orders")
        return []

    async def order(self, child: ChildOrder) -> OrderReport | None:
        return None

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        await self._asked("find")
        return list(self.adapter.found)

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        return []

    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]:
        return []

    async def candles(
        self, instrument: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        self.adapter.calls["candles"] += 1
        return [one for one in self.adapter.candles_told if start <= one.time <= end]

    async def required_margin(self, ask: MarginAsk) -> Money:
        raise BrokerRejected("no orders here")

    async def required_margins(self, asks: Sequence[MarginAsk]) -> Money:
        raise BrokerRejected("no orders here")

    async def charges(self, asks: Sequence[MarginAsk]) -> list[Money] | None:
        return None

    async def convert(self, conversion: Conversion) -> None:
        raise BrokerRejected("no orders here")

    async def conditionals(self) -> list[ConditionalReport]:
        return []

    async def place_conditional(self, intent: ConditionalIntent) -> str:
        raise BrokerRejected("no orders here")

    async def modify_conditional(self, conditional_id: str, intent: ConditionalIntent) -> None:
        raise BrokerRejected("no orders here")

    async def cancel_conditional(self, report: ConditionalReport) -> None:
        raise BrokerRejected("no orders here")

    async def probe(self) -> Capabilities:
        await self._asked("probe")
        return self.adapter.allowed

    async def authorisation(self, needs: Mapping[InstrumentId, int]) -> Authorisation:
        await self._asked("authorisation")
        return Authorisation("", "no depository here")

    async def addresses(self) -> list[str] | None:
        return None

    async def move_funds(self, amount: Money) -> None:
        self.adapter.cash += amount

    async def aclose(self) -> None:
        self.adapter.closed += 1
