"""People who trade at once and do what people do: ask twice, hang up, ask for the way out, log in again."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from domain.account import AccountId, AccountState, BrokerAccount
from domain.instrument import Exchange, InstrumentId
from domain.limits import SelfTrade
from domain.money import Price
from domain.order import OrderId, OrderIntent, OrderType, Product, Side, Validity
from domain.routing import Denied
from orchestrator.accounts import repository as accounts
from orchestrator.accounts import secrets
from orchestrator.errors import Problem
from orchestrator.guards import repository as guards
from orchestrator.guards.schemas import LimitsIn
from orchestrator.identity import repository as identity
from orchestrator.orders import cancel as cancelling
from orchestrator.orders import place as placing
from tests.simulation.deeds import Deeds
from tests.simulation.person import Person
from tests.simulation.product import Gone, Process
from tests.simulation.records import Client
from tests.simulation.world import SHARES, World

# Limits from the last price, as parts of it; what is below 0 trades at once.
AWAY = (-0.012, -0.004, 0.0, 0.004, 0.01)
RESTING = (0.004, 0.01, 0.015)


class Crowd:
    """`process` gives the product's present life, waiting for it when there is none."""

    def __init__(
        self,
        people: list[Person],
        world: World,
        dice: random.Random,
        process: Callable[[], Awaitable[Process]],
        focus: str = "",
    ) -> None:
        """`focus`: see `deeds.FOCUS`."""
        self.people, self._world, self._dice, self._process = people, world, dice, process
        self.deeds = Deeds(world, dice, process, focus)
        # What is to be changed or cancelled has to be there.
        self._away = RESTING if focus in ("switch", "changes") else AWAY
        self.on_ask: Callable[[], None] = lambda: None  # told just before an order is asked for

    # --- accounts ------------------------------------------------------------------------------------------------

    async def join(self) -> None:
        """Sign up and connect every account, in the product's database."""
        process = await self._process()
        for person in self.people:
            user = identity.User(
                person.user_id, f"{person.user_id}@x.y", "", "", "orchestrator", None, self._world.now()
            )
            await process.call(process.parts.db.write(lambda db, user=user: identity.add_user(db, user)))
            limits = LimitsIn(self_trade=self._dice.choice((SelfTrade.REFUSE, *SelfTrade)))
            await process.call(
                process.parts.db.write(
                    lambda db, user=user, limits=limits: guards.save(db, user.id, limits, self._world.now())
                )
            )
            for account_id, client in person.clients.items():
                account = BrokerAccount(
                    account_id, person.user_id, client.broker, account_id, AccountState.CONNECTING
                )
                now = self._world.now()
                await process.call(
                    process.parts.db.write(
                        lambda db, account=account, now=now: accounts.add(db, account, now)
                    )
                )
                await self.log_in(process, account_id, client)

    async def log_in(self, process: Process, account_id: AccountId, client: Client) -> None:
        session = self._world.log_in(client)
        values: dict[str, Any] = {
            "state": AccountState.CONNECTED,
            "session": secrets.seal_session(process.parts.vault, account_id, session),
            "session_expires_at": session.expires_at,
            "broker_user_id": client.user_id,
            "connected_at": self._world.now(),
            "last_error": None,
        }
        await process.call(process.parts.db.write(lambda db: accounts.change(db, account_id, values)))
        await process.call(process.parts.connections.reload(account_id))

    async def log_in_where_needed(self) -> int:
        """How many logins it took."""
        process = await self._process()
        logins = 0
        for person in self.people:
            for account_id, client in person.clients.items():
                connection = process.parts.connections.get(account_id)
                if connection is not None and connection.account.state is not AccountState.CONNECTED:
                    with suppress(Gone):  # again in the next life
                        await self.log_in(process, account_id, client)
                        logins += 1
        return logins

    # --- orders --------------------------------------------------------------------------------------------------

    async def trade(self, person: Person, hand: int, actions: int) -> None:
        """One hand of a person: orders, ways out and everything else, one after the other."""
        for number in range(actions):
            await asyncio.sleep(self._dice.expovariate(1.5))
            what = self._dice.random() if person.orders() else 0.0
            if what > 0.8:
                await self.cancel(person, self._dice.choice(person.orders()[-3:]))
            elif what > 0.45:
                await self.deeds.one(person)
            else:
                key = f"k{person.number}-{hand}-{number}"
                person.asked[key] = self._intent(person)
                await self._place(person, key)

    async def _place(self, person: Person, key: str) -> None:
        """Ask until there is an answer or patience ends; some ask twice at once, some hang up."""
        for _ in range(self._dice.choice((1, 3, 6))):
            copies = 2 if self._dice.random() < 0.15 else 1
            ends = await asyncio.gather(*(self._ask(person, key) for _ in range(copies)))
            if any(ends):
                return
            await asyncio.sleep(self._dice.uniform(0.1, 2.0))

    async def _ask(self, person: Person, key: str) -> bool:
        """Whether there was an answer."""
        process, intent = await self._process(), person.asked[key]
        fingerprint = hashlib.sha256(repr(intent).encode()).hexdigest()
        patience = self._dice.choice((0.05, 1.0)) if self._dice.random() < 0.1 else None
        self.on_ask()
        try:
            async with asyncio.timeout(patience):
                outcome = await process.call(
                    placing.place(
                        process.trading,
                        user_id=person.user_id,
                        intent=intent,
                        key=key,
                        fingerprint=fingerprint,
                    )
                )
        except (Gone, TimeoutError):
            return False
        except Problem as problem:
            person.count(f"no: {problem.code}")
            return True
        if isinstance(outcome, Denied):
            code = outcome.reasons[0].code.value if outcome.reasons else "denied"
            person.count(f"no: {code}")
            return True
        person.made.setdefault(key, set()).add(outcome[0].order.id)
        return True

    async def cancel(self, person: Person, order_id: OrderId) -> None:
        process = await self._process()
        try:
            await process.call(cancelling.cancel(process.trading, user_id=person.user_id, order_id=order_id))
        except Gone:
            return
        except Problem as problem:
            person.count(f"no: {problem.code}")

    def _intent(self, person: Person) -> OrderIntent:
        dice = self._dice
        key = dice.choice(SHARES)
        exchange, symbol = key.split(":")
        last, tick = self._world.exchange.quote(key).last_price, self._world.exchange.instruments[key].tick
        side = dice.choice(tuple(Side))
        kind = dice.choice(
            (OrderType.LIMIT, OrderType.LIMIT, OrderType.LIMIT, OrderType.MARKET, OrderType.SL)
        )
        away = dice.choice(self._away) * (1 if side is Side.SELL else -1)
        price = Price.paise(round(last * (1 + away)) // tick * tick)
        beyond = 0.006 if side is Side.BUY else -0.006
        trigger = Price.paise(round(last * (1 + beyond)) // tick * tick)
        stop = kind is OrderType.SL
        return OrderIntent(
            instrument=InstrumentId(Exchange(exchange), symbol),
            side=side,
            quantity=dice.choice((1, 2, 5, 20, 60, 150)),
            order_type=kind,
            product=dice.choice((Product.CNC, Product.MIS)),
            validity=Validity.IOC if dice.random() < 0.05 and not stop else Validity.DAY,
            price=None if kind is OrderType.MARKET else trigger if stop else price,
            trigger_price=trigger if stop else None,
            account=dice.choice(sorted(person.clients)) if dice.random() < 0.2 else None,
        )
