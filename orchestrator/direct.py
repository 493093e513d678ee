"""One broker session without the application around it: an account's own out of the database, or keys given by hand.

For the commands that hold an adapter against something else; nothing is written.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.broker import Adapter, Broker, Endpoints, Session
from adapters.guard import Guarded, GuardSettings
from adapters.registry import BROKERS
from domain.account import AccountId, BrokerId
from domain.errors import BrokerError
from orchestrator.accounts import repository
from orchestrator.accounts.egress import Egress
from orchestrator.accounts.opening import egress_of, opened_session
from orchestrator.config import Settings, endpoints
from orchestrator.instruments.columns import Columns
from orchestrator.instruments.directory import BrokerNames, join
from orchestrator.keys import keys
from orchestrator.server import CannotStart
from orchestrator.state import system_clock
from orchestrator.storage import migrations
from orchestrator.storage.db import open_database
from orchestrator.vault import Vault

ALIASES = {"kite": BrokerId.ZERODHA}


@dataclass(frozen=True, slots=True)
class Access:
    """A broker, where it is, and a session there."""

    broker: BrokerId
    endpoints: Endpoints
    session: Session = field(repr=False)

    @property
    def adapter(self) -> Adapter:
        return BROKERS[self.broker]


@dataclass(frozen=True, slots=True)
class Desk:
    """The adapter at work, within the broker's limits."""

    access: Access
    names: BrokerNames
    broker: Broker


def named(word: str) -> BrokerId:
    """A broker by our name for it, or `kite`. Raises CannotStart."""
    try:
        return ALIASES.get(word.lower()) or BrokerId(word.lower())
    except ValueError as error:
        raise CannotStart(f"no broker {word!r}: {', '.join([*BrokerId, *ALIASES])}") from error


def by_hand(settings: Settings, word: str, url: str, *, token: str, api_key: str) -> Access:
    """A session whose keys someone typed. Without `url` the broker is where the settings say. Raises CannotStart."""
    broker = named(word)
    if not token:
        raise CannotStart("an access token is needed, in the first line of the input")
    there = at(broker, url.rstrip("/")) if url else endpoints(settings, broker)
    return Access(broker, there, Session(token, "", system_clock() + timedelta(days=1), api_key))


def at(broker: BrokerId, url: str) -> Endpoints:
    """A server that has all of a broker under one address: a sandbox."""
    socket = url.replace("http", "ws", 1)
    match broker:
        case BrokerId.ZERODHA:
            return Endpoints(url, f"{url}/connect/login", feed=socket, instruments=f"{url}/instruments")
        case BrokerId.UPSTOX:
            return Endpoints(url, url)
        case BrokerId.GROWW:
            return Endpoints(url, url, feed=socket, instruments=f"{url}/instruments/instrument.csv")
        case BrokerId.MOCK:
            return Endpoints(url, f"{url}/login", feed=f"{socket}/stream", instruments=f"{url}/instruments")


async def of_account(settings: Settings, account_id: str) -> Access:
    """The session an account of this installation has now. Raises CannotStart."""
    database = open_database(settings)
    try:
        if await migrations.current(database) != migrations.newest():
            raise CannotStart("the database of the settings is not up to date: run `orchestrator migrate`")
        stored = await database.read(lambda connection: repository.by_id(connection, AccountId(account_id)))
    finally:
        await database.close()
    if stored is None:
        raise CannotStart(f"no account {account_id}: `orchestrator accounts` lists them")
    vault = Vault(keys(settings).master)
    session = opened_session(vault, stored)
    if session is None:
        raise CannotStart(f"{stored.account.label} is not logged in: log in at the broker first")
    broker = stored.account.broker
    way = egress_of(vault, stored, Egress()).through(endpoints(settings, broker))
    return Access(broker, way, session)


@asynccontextmanager
async def at_work(access: Access, guard: GuardSettings | None = None) -> AsyncIterator[Desk]:
    """The adapter, with the broker's own instrument master for names. Raises CannotStart where that cannot be read."""
    adapter = access.adapter
    try:
        master = await adapter.instruments(access.endpoints)
    except BrokerError as error:
        raise CannotStart(f"{adapter.terms.name}'s instruments cannot be read: {error.words}") from error
    names = join({access.broker: Columns.of(master)}).names[access.broker]
    inner = adapter.connect(access.session, access.endpoints, names, clock=system_clock)
    broker = Guarded(inner, guard, wall=lambda: system_clock().timestamp())
    try:
        yield Desk(access, names, broker)
    finally:
        await broker.aclose()
