"""What people ask beside placing and cancelling: new terms, exits, conversions, conditional orders, the kill switch."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from domain.account import AccountId
from domain.conditional import ConditionalKind
from domain.instrument import Exchange
from domain.limits import KillDepth
from domain.money import Price
from domain.order import OrderType, Product, Side
from domain.position import Position
from domain.routing import Denied
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.identity.doing import doer_of
from orchestrator.killswitch import endpoints as killswitch
from orchestrator.killswitch.schemas import KillIn, KillOut, ReleaseIn
from orchestrator.orders import conditional_endpoints, modify, sweep, sweep_endpoints
from orchestrator.orders.conditional_schemas import ConditionalIn, LegIn
from orchestrator.orders.new_terms import NewTerms
from orchestrator.orders.sweep_schemas import CancelManyIn, ConvertIn, ExitAllIn
from orchestrator.orders.trading import Trading
from tests.simulation.person import Person
from tests.simulation.product import Gone, Process
from tests.simulation.world import SHARES, World

T = TypeVar("T")
DEEDS = {
    "modify": 30,
    "exit_position": 14,
    "exit_all": 4,
    "cancel_many": 6,
    "convert": 12,
    "place_conditional": 10,
    "change_conditional": 8,
    "engage": 6,
    "release": 10,
    "place_outside": 10,
    "change_outside": 8,
}  # by how often
FOCUS = {
    "": tuple(DEEDS),
    "changes": ("modify", "change_outside"),
    "exits": ("exit_position", "exit_all"),
    "switch": ("engage", "engage", "engage", "release", "place_outside"),
    "kept": ("convert", "place_conditional", "change_conditional"),
}  # what people have in mind: a run with one kind of deed finds what a mixture hides


class Deeds:
    """`process` gives the product's present life, waiting for it when there is none."""

    def __init__(
        self,
        world: World,
        dice: random.Random,
        process: Callable[[], Awaitable[Process]],
        focus: str = "",
    ) -> None:
        self._world, self._dice, self._process = world, dice, process
        self._chosen = FOCUS[focus]
        self._count = 0

    async def one(self, person: Person) -> None:
        [name] = self._dice.choices(self._chosen, [DEEDS[name] for name in self._chosen])
        await getattr(self, name)(person)

    # --- orders --------------------------------------------------------------------------------------------------

    async def modify(self, person: Person) -> None:
        if not person.orders():
            return
        order_id = self._dice.choice(person.orders()[-3:])  # most of those before have ended
        intent = next(person.asked[key] for key, made in person.made.items() if order_id in made)
        terms = self._new_terms(intent.quantity, str(intent.instrument))
        if terms.quantity is not None:
            # Before it is asked: nobody may ever hear what became of it.
            person.totals.setdefault(order_id, set()).add(terms.quantity)
        key = self._key(person, "modify")

        def work(trading: Trading) -> Coroutine[Any, Any, Any]:
            return modify.modify(
                trading,
                user_id=person.user_id,
                order_id=order_id,
                terms=terms,
                key=key,
                fingerprint=_mark(order_id, terms),
            )

        if await self._insist(person, work) is not None:
            person.count("modified")

    def _new_terms(self, quantity: int, share: str) -> NewTerms:
        dice = self._dice
        last, tick = (
            self._world.exchange.quote(share).last_price,
            self._world.exchange.instruments[share].tick,
        )
        price = Price.paise(round(last * dice.uniform(0.985, 1.015)) // tick * tick)
        what = dice.random()
        if what < 0.4:
            return NewTerms(price=price)
        more = max(1, round(quantity * dice.choice((0.3, 0.5, 1.5, 2.0))))
        if what < 0.75:
            return NewTerms(quantity=more)
        if what < 0.9:
            return NewTerms(quantity=more, order_type=OrderType.LIMIT, price=price)
        return NewTerms(order_type=OrderType.MARKET)

    async def cancel_many(self, person: Person) -> None:
        side = self._dice.choice((None, *Side))
        which = CancelManyIn(side=side)
        await self._do(
            person, lambda trading: sweep_endpoints.cancel_orders(which, Caller(person.user_id), trading)
        )

    async def exit_position(self, person: Person) -> None:
        account = self._dice.choice(sorted(person.clients))
        position = await self._position(account)
        if position is None:
            return
        some = self._dice.choice((None, None, max(1, abs(position.quantity) // 2)))
        exit = sweep.Exit(account, position.instrument, position.product, some)
        key = self._key(person, "exit")

        async def work(trading: Trading) -> Any:
            connection = trading.connections.get(account)
            if connection is None or connection.broker is None:
                return None
            return await sweep.exit_position(trading, connection, exit, key=key)

        found = await self._insist(person, work)
        if found is not None and not isinstance(found, Denied):
            person.exits.setdefault(key, set()).add(found[0].order.id)
            person.count("exited")

    async def exit_all(self, person: Person) -> None:
        key = self._key(person, "exit-all")

        def work(trading: Trading) -> Coroutine[Any, Any, Any]:
            return sweep_endpoints.exit_all_positions(
                ExitAllIn(confirm=True), Caller(person.user_id), trading, key
            )

        if await self._do(person, work) is not None:
            person.count("exited all")

    async def convert(self, person: Person) -> None:
        account = self._dice.choice(sorted(person.clients))
        position = await self._position(account)
        if position is None:
            return
        old = position.product
        body = ConvertIn(
            account=account,
            exchange=position.instrument.exchange,
            symbol=position.instrument.symbol,
            side=Side.BUY if position.quantity > 0 else Side.SELL,
            quantity=self._dice.randint(1, abs(position.quantity)),
            old=old,
            new=Product.MIS if old is Product.CNC else Product.CNC,
        )
        key = self._key(person, "convert")
        found = await self._insist(
            person,
            lambda trading: sweep_endpoints.convert_position(body, Caller(person.user_id), trading, key),
        )
        if found is not None:
            person.count(f"conversion {found.outcome.value}")

    async def _position(self, account: AccountId) -> Position | None:
        """One that the product shows."""
        process = await self._process()
        connection = process.parts.connections.get(account)
        shown = connection.snapshot.positions if connection is not None and connection.snapshot else ()
        open_ones = [one for one in shown if one.quantity]
        return self._dice.choice(open_ones) if open_ones else None

    # --- conditional orders --------------------------------------------------------------------------------------

    async def place_conditional(self, person: Person) -> None:
        body = self._conditional(self._dice.choice(sorted(person.clients)), self._dice.choice(SHARES))
        key = self._key(person, "conditional")
        found = await self._insist(
            person,
            lambda trading: conditional_endpoints.place_conditional(
                body, Caller(person.user_id), trading, key
            ),
        )
        if found is not None:
            person.count(f"conditional {found.outcome.value}")

    async def change_conditional(self, person: Person) -> None:
        """Look at them all, and change or take back one."""
        listed = await self._do(
            person, lambda trading: conditional_endpoints.list_conditionals(Caller(person.user_id), trading)
        )
        mine = [one for one in (listed.items if listed else []) if one.symbol and one.exchange]
        if not mine:
            return
        one, key = self._dice.choice(mine), self._key(person, "conditional-change")
        account = AccountId(one.account)
        if self._dice.random() < 0.5:
            await self._insist(
                person,
                lambda trading: conditional_endpoints.cancel_conditional(
                    account, one.id, Caller(person.user_id), trading, key
                ),
            )
            return
        body = self._conditional(account, f"{one.exchange}:{one.symbol}")
        await self._insist(
            person,
            lambda trading: conditional_endpoints.modify_conditional(
                account, one.id, body, Caller(person.user_id), trading, key
            ),
        )

    def _conditional(self, account: AccountId, share: str) -> ConditionalIn:
        """A trigger on one side of the price or one on each, as the broker takes them."""
        dice, exchange = self._dice, self._world.exchange
        last, tick = exchange.quote(share).last_price, exchange.instruments[share].tick
        kind = dice.choice(tuple(ConditionalKind))
        order_type = dice.choice((OrderType.LIMIT, OrderType.MARKET))

        def leg(away: float) -> LegIn:
            price = Price.paise(round(last * (1 + away)) // tick * tick)
            limit = price if order_type is OrderType.LIMIT else None
            return LegIn(trigger_price=price, quantity=2, order_type=order_type, price=limit)

        up, down = leg(dice.uniform(0.003, 0.02)), leg(-dice.uniform(0.003, 0.02))
        venue, symbol = share.split(":")
        return ConditionalIn(
            account=account,
            kind=kind,
            exchange=Exchange(venue),
            symbol=symbol,
            side=Side.SELL,
            product=dice.choice((Product.CNC, Product.MIS)),
            legs=[up, down] if kind is ConditionalKind.OCO else [dice.choice((up, down))],
        )

    # --- the kill switch -----------------------------------------------------------------------------------------

    async def engage(self, person: Person) -> None:
        depth = self._dice.choice(tuple(KillDepth))
        person.kills |= depth.cancels

        async def work(process: Process) -> KillOut:
            parts, caller = process.parts, Caller(person.user_id)
            return await killswitch.engage_kill_switch(
                KillIn(depth=depth),
                caller,
                doer_of(caller, self._world.now),
                parts.db,
                parts.bus,
                self._world.now,
                parts.connections,
                parts.kill_switch,
            )

        if await self._ask(person, work) is not None:
            person.count(f"switch {depth.value}")

    async def release(self, person: Person) -> None:
        shown = await self.switch(person)
        if shown is None or shown.number is None:
            return
        body = ReleaseIn(confirm="release", number=shown.number)

        async def work(process: Process) -> KillOut:
            parts, acting = process.parts, doer_of(Caller(person.user_id), self._world.now)
            return await killswitch.release_kill_switch(
                body, person.user_id, acting, parts.db, parts.bus, self._world.now, parts.connections
            )

        await self._ask(person, work)

    async def switch(self, person: Person) -> KillOut | None:
        """The kill switch as the product shows it."""

        async def work(process: Process) -> KillOut:
            return await killswitch.get_kill_switch(
                person.user_id, process.parts.db, process.parts.connections
            )

        return await self._ask(person, work)

    # --- past the product ----------------------------------------------------------------------------------------

    async def place_outside(self, person: Person) -> None:
        """In the broker's own app."""
        client = person.clients[self._dice.choice(sorted(person.clients))]
        share = self._dice.choice(SHARES)
        last, tick = (
            self._world.exchange.quote(share).last_price,
            self._world.exchange.instruments[share].tick,
        )
        price = round(last * self._dice.uniform(0.99, 1.01)) // tick * tick
        quantity, buys = self._dice.choice((1, 5, 30)), self._dice.random() < 0.5
        if self._world.place_outside(client, share, price, quantity, buys=buys):
            person.count("placed elsewhere")

    async def change_outside(self, person: Person) -> None:
        """In the broker's own app, an order that was placed here."""
        client = person.clients[self._dice.choice(sorted(person.clients))]
        if self._world.change_outside(client, self._dice):
            person.count("changed elsewhere")

    # --- asking --------------------------------------------------------------------------------------------------

    def _key(self, person: Person, what: str) -> str:
        self._count += 1
        return f"{what}-{person.number}-{self._count}"

    async def _insist(self, person: Person, work: Callable[[Trading], Coroutine[Any, Any, T]]) -> T | None:
        """Ask with one key until there is an answer or patience ends; some ask twice at once."""
        for _ in range(self._dice.choice((1, 2, 4))):
            copies = 2 if self._dice.random() < 0.1 else 1
            ends = await asyncio.gather(*(self._do(person, work) for _ in range(copies)))
            if found := next((end for end in ends if end is not None), None):
                return found
            await asyncio.sleep(self._dice.uniform(0.1, 2.0))
        return None

    async def _do(self, person: Person, work: Callable[[Trading], Coroutine[Any, Any, T]]) -> T | None:
        return await self._ask(person, lambda process: work(process.trading))

    async def _ask(self, person: Person, work: Callable[[Process], Coroutine[Any, Any, T]]) -> T | None:
        """None without an answer: the process died, the caller hung up, or it was refused."""
        process = await self._process()
        patience = self._dice.choice((0.05, 1.0)) if self._dice.random() < 0.05 else None
        try:
            async with asyncio.timeout(patience):
                return await process.call(work(process))
        except (Gone, TimeoutError):
            return None
        except Problem as problem:
            person.count(f"no: {problem.code}")
            return None


def _mark(*asked: object) -> str:
    return hashlib.sha256(repr(asked).encode()).hexdigest()
