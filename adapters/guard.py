"""What stands between us and every broker: deadline, rate budget, circuit breakers, and retries of reads only.

A write is sent at most once: it is refused before it leaves (breaker open, budget spent: BrokerUnavailable), or it
goes, and a deadline that passes after that is OutcomeUnknown.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import pybreaker
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from adapters.admission import Admission
from adapters.breaker import breaker, doubt, opened_at, state_of, try_again
from adapters.broker import (
    Authorisation,
    Broker,
    BrokerFill,
    Capabilities,
    Change,
    Conversion,
    MarginAsk,
    Profile,
    Terms,
)
from adapters.budget import Budget
from adapters.governor import Call, Governor, Hold
from adapters.held import GuardSettings, Health, NotSent, TooLate, nothing
from adapters.room import Room
from domain.account import Margin
from domain.conditional import ConditionalIntent, ConditionalReport
from domain.errors import (
    AccountRefused,
    AddressRefused,
    BrokerError,
    BrokerRejected,
    BrokerUnavailable,
    OutcomeUnknown,
    SessionExpired,
)
from domain.health import CallEnd, Measured
from domain.instrument import Exchange, InstrumentId
from domain.market import Candle, Quote
from domain.money import Money
from domain.order import Accepted, ChildOrder
from domain.position import Holding, Position
from domain.report import OrderReport

__all__ = ["GuardSettings", "Guarded", "Health", "NotSent", "TooLate"]

T = TypeVar("T")
READS, WRITES = "reads", "writes"  # what has a breaker of its own
PROBE_CALLS = ("quote", "other", "other")  # what a probe asks at most beside its first call

END_OF: dict[type[BrokerError], CallEnd] = {
    AccountRefused: CallEnd.BARRED,  # before the wider no
    BrokerRejected: CallEnd.REJECTED,
    SessionExpired: CallEnd.SESSION,
    BrokerUnavailable: CallEnd.UNAVAILABLE,
    OutcomeUnknown: CallEnd.UNKNOWN,
}


def unheard(_: Measured) -> None:
    """For those who do not measure."""


def unheld(_: ChildOrder) -> str | None:
    """Where nobody holds a breaker open by hand."""
    return None


class Guarded:
    """A Broker around a Broker: as everyone outside `adapters` uses it."""

    def __init__(
        self,
        inner: Broker,
        settings: GuardSettings | None = None,
        *,
        wall: Callable[[], float] = time.time,
        governor: Governor | None = None,
        measured: Callable[[Measured], None] = unheard,
        address_refused: Callable[[str], None] = lambda words: None,
        room: Room | None = None,
        opened: Callable[[str], None] = lambda kind: None,
        held: Callable[[ChildOrder], str | None] = unheld,
    ) -> None:
        """`wall`: seconds since 1970, UTC. `governor`: the account's, when it outlives this session. `room`: what our
        other programs leave of its limits; None: there are none. `opened` is told which breaker has.

        `measured` is told of every call that left, once, `address_refused` the broker's words when it takes no order
        from where ours come from. `held` says why somebody lets no more of such an order leave.
        """
        self._inner = inner
        self._settings = settings or GuardSettings()
        self._governor = governor or Governor(
            inner.terms, wall, orders_a_second=self._settings.orders_a_second
        )
        failures, reset = self._settings.breaker_failures, self._settings.breaker_reset
        self._reads = breaker(failures, reset, partial(opened, READS))
        self._writes = breaker(failures, reset, partial(opened, WRITES))
        self._admission = Admission(Budget(inner.terms.limits, wall), self._governor, room, inner.terms.name)
        self._measured, self._address_refused = measured, address_refused
        self._held = held
        self._last_ok: datetime | None = None
        self._last_error: str | None = None

    @property
    def terms(self) -> Terms:
        return self._inner.terms

    def health(self) -> Health:
        since = [at for one in (self._reads, self._writes) if (at := opened_at(one)) is not None]
        pause = timedelta(seconds=self._settings.breaker_reset)
        return Health(
            reads=state_of(self._reads),
            writes=state_of(self._writes),
            last_ok_at=self._last_ok,
            last_error=self._last_error,
            opened_at=min(since, default=None),
            tries_at=max(since) + pause if since else None,
        )

    def doubt(self, kind: str) -> None:
        """Another program's breaker of this kind has opened."""
        doubt({READS: self._reads, WRITES: self._writes}[kind])

    def try_again(self) -> None:
        """Somebody closed the breakers by hand, or holds them open no more: the next call of each kind is a trial."""
        try_again(self._reads)
        try_again(self._writes)

    # --- the rules for orders ------------------------------------------------------------------------------------

    def held_back(self, exchange: Exchange, *, orders: int = 1, exits: bool = False) -> Hold | None:
        """What would keep a new order from leaving in time, None when nothing would. Nothing is counted."""
        hold = self._governor.hold(Call(exchange, orders, urgent=exits))
        return hold if hold is not None and hold.seconds > self._settings.write_patience else None

    def orders_left(self, exchange: Exchange, *, exits: bool = False) -> int | None:
        """How many new orders could leave in time at least; None: no rule binds. Nothing is counted."""
        return self._governor.orders_left(exchange, within=self._settings.write_patience, urgent=exits)

    def changes_left(self, child: ChildOrder) -> int | None:
        """How many more modifications the broker will take of this order; None: no limit is known."""
        return self._governor.changes_left(child)

    # --- reads -------------------------------------------------------------------------------------------------

    async def profile(self) -> Profile:
        return await self._read("profile", "other", self._inner.profile)

    async def margin(self) -> Margin:
        return await self._read("margin", "other", self._inner.margin)

    async def holdings(self) -> list[Holding]:
        return await self._read("holdings", "other", self._inner.holdings)

    async def positions(self) -> list[Position]:
        return await self._read("positions", "other", self._inner.positions)

    async def orders(self) -> list[OrderReport]:
        book = await self._read("orders", "other", self._inner.orders)
        self._governor.book_shows(book)
        return book

    async def order(self, child: ChildOrder) -> OrderReport | None:
        return await self._read("order", "other", lambda: self._inner.order(child))

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        return await self._read("find", "other", lambda: self._inner.find(child))

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        return await self._read("trades", "other", lambda: self._inner.trades(child))

    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]:
        return await self._read("quotes", "quote", lambda: self._inner.quotes(instruments))

    async def candles(
        self, instrument: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        return await self._read(
            "candles",
            "history",
            lambda: self._inner.candles(instrument, interval=interval, start=start, end=end),
        )

    async def required_margin(self, ask: MarginAsk) -> Money:
        return await self._read(
            "required_margin", "other", lambda: self._inner.required_margin(ask), spare=True
        )

    async def required_margins(self, asks: Sequence[MarginAsk]) -> Money:
        return await self._read(
            "required_margins", "other", lambda: self._inner.required_margins(asks), spare=True
        )

    async def charges(self, asks: Sequence[MarginAsk]) -> list[Money] | None:
        return await self._read("charges", "other", lambda: self._inner.charges(asks), spare=True)

    async def conditionals(self) -> list[ConditionalReport]:
        deadline = self._settings.list_deadline
        return await self._read("conditionals", "other", self._inner.conditionals, deadline=deadline)

    async def probe(self) -> Capabilities:
        for kind in PROBE_CALLS:
            await self._admission.read(kind, self._settings.read_deadline)
        return await self._read("probe", "other", self._inner.probe)

    async def authorisation(self, needs: Mapping[InstrumentId, int]) -> Authorisation:
        return await self._read("authorisation", "other", lambda: self._inner.authorisation(needs))

    async def addresses(self) -> list[str] | None:
        return await self._read("addresses", "other", self._inner.addresses)

    # --- writes ------------------------------------------------------------------------------------------------

    async def place(
        self, child: ChildOrder, *, exits: bool = False, against: Callable[[], str | None] = nothing
    ) -> Accepted:
        """`exits`: it only closes a position, and may use the room that is kept for that.

        `against` says, at the moment before it leaves, why it must not. Raises TooLate then.
        """
        if (forbidden := self._governor.forbids(child)) is not None:
            raise NotSent(forbidden)
        call = Call(child.instrument.exchange, max(1, child.iceberg_legs), urgent=exits)
        held = partial(self._held, child)
        return await self._write("place", lambda: self._inner.place(child), call, against=against, held=held)

    async def modify(
        self, child: ChildOrder, change: Change, *, against: Callable[[], str | None] = nothing
    ) -> None:
        """`against`: as for `place`."""
        most = self.terms.most_changes
        if most is not None and child.asked is not None and child.asked.number > most:
            raise NotSent(
                f"{self.terms.name} takes {most} changes of one order, and it has had them: "
                "cancel it and place it anew"
            )
        if (forbidden := self._governor.forbids(child, change)) is not None:
            raise NotSent(forbidden)
        call = Call(child.instrument.exchange)
        held = partial(self._held, child) if change.quantity > child.quantity_now else nothing
        await self._write(
            "modify", lambda: self._inner.modify(child, change), call, against=against, held=held
        )

    async def cancel(self, child: ChildOrder) -> None:
        call = Call(child.instrument.exchange, urgent=True)
        patience = self._settings.cancel_patience
        await self._write("cancel", lambda: self._inner.cancel(child), call, patience=patience)

    async def convert(self, conversion: Conversion) -> None:
        call = Call(conversion.instrument.exchange)
        await self._write("convert", lambda: self._inner.convert(conversion), call)

    async def place_conditional(self, intent: ConditionalIntent) -> str:
        call = Call(intent.instrument.exchange)
        return await self._write("place_conditional", lambda: self._inner.place_conditional(intent), call)

    async def modify_conditional(self, conditional_id: str, intent: ConditionalIntent) -> None:
        call = Call(intent.instrument.exchange)
        await self._write(
            "modify_conditional", lambda: self._inner.modify_conditional(conditional_id, intent), call
        )

    async def cancel_conditional(self, report: ConditionalReport) -> None:
        # One that we cannot read is counted where most orders go.
        exchange = report.intent.instrument.exchange if report.intent else Exchange.NSE
        call, patience = Call(exchange, urgent=True), self._settings.cancel_patience
        await self._write(
            "cancel_conditional", lambda: self._inner.cancel_conditional(report), call, patience=patience
        )

    async def move_funds(self, amount: Money) -> None:
        await self._write("move_funds", lambda: self._inner.move_funds(amount), None)

    async def aclose(self) -> None:
        await self._inner.aclose()

    # --- how ---------------------------------------------------------------------------------------------------

    async def _read(
        self,
        name: str,
        kind: str,
        call: Callable[[], Awaitable[T]],
        *,
        deadline: float | None = None,
        spare: bool = False,
    ) -> T:
        """`name` is the call's, `kind` is what the rate budget counts it as. `spare`: an estimate, which leaves room
        for what tells where the money is: positions, orders, an unclear one that is looked for."""
        seconds = deadline or self._settings.read_deadline
        attempts = AsyncRetrying(
            stop=stop_after_attempt(self._settings.read_attempts),
            wait=wait_random_exponential(multiplier=0.1, max=1.0),
            retry=retry_if_exception(_worth_repeating),
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                await self._admission.read(kind, seconds, spare=spare)
                return await self._read_once(name, call, seconds)
        raise AssertionError("tenacity re-raises the last failure")

    async def _read_once(self, name: str, call: Callable[[], Awaitable[T]], deadline: float) -> T:
        try:
            with self._reads.calling(), self._timed(name):
                try:
                    async with asyncio.timeout(deadline):
                        answer = await call()
                except TimeoutError as error:
                    raise BrokerUnavailable(f"no answer from the broker in {deadline:g} s") from error
        except pybreaker.CircuitBreakerError as error:
            raise NotSent("reads are held back: the last ones failed") from error
        except BrokerUnavailable as error:
            self._last_error = error.words
            raise
        self._last_ok = datetime.now(UTC)
        return answer

    async def _write(
        self,
        name: str,
        send: Callable[[], Awaitable[T]],
        call: Call | None,
        *,
        patience: float | None = None,
        against: Callable[[], str | None] = nothing,
        held: Callable[[], str | None] = nothing,
    ) -> T:
        """Sent at most once. `call` is what the order rules count; None: no order call."""
        await self._admission.write(call, self._settings.write_patience if patience is None else patience)
        if (words := held()) is not None:
            raise NotSent(words)
        if (words := against()) is not None:
            raise TooLate(words)
        try:
            with self._writes.calling(), self._timed(name):
                try:
                    async with asyncio.timeout(self._settings.write_deadline):
                        answer = await send()
                except TimeoutError as error:
                    raise OutcomeUnknown(
                        f"no answer from the broker in {self._settings.write_deadline:g} s"
                    ) from error
        except pybreaker.CircuitBreakerError as error:
            raise NotSent("orders are held back: the last ones failed") from error
        except AddressRefused as error:
            self._address_refused(error.words)
            raise
        except (BrokerUnavailable, OutcomeUnknown) as error:
            self._last_error = error.words
            raise
        self._last_ok = datetime.now(UTC)
        return answer

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        """Tell how a call that left ended, and after how long: what we waited before it is our own time."""
        loop = asyncio.get_running_loop()
        began = loop.time()

        def ended(end: CallEnd, cause: str = "") -> None:
            self._measured(Measured(name, loop.time() - began, end, cause))

        try:
            yield
        except BrokerError as error:
            kind = next(end for known, end in END_OF.items() if isinstance(error, known))
            ended(kind, error.code or error.words)
            raise
        ended(CallEnd.OK)


def _worth_repeating(error: BaseException) -> bool:
    # Waiting a moment mends neither an open breaker nor a spent budget.
    return isinstance(error, BrokerUnavailable) and not isinstance(error, NotSent)
