"""`orchestrator parity`: an account read through the broker's official SDK and through our adapter, side by side."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from adapters.broker import Endpoints, Session
from domain.account import BrokerId
from domain.errors import BrokerError
from domain.instrument import Exchange, InstrumentId
from orchestrator.direct import Access, Desk, at_work
from orchestrator.parity import ours
from orchestrator.parity.compare import NOTHING, Difference, Reading, differences, standing
from orchestrator.parity.oracle import Oracle
from orchestrator.server import CannotStart

# broker -> (module here, its class, the SDK's name for pip)
SDKS = {
    BrokerId.ZERODHA: ("kite", "Kite", "kiteconnect==5.2.2"),
    BrokerId.UPSTOX: ("upstox", "Upstox", "upstox-python-sdk==2.30.0"),
    BrokerId.GROWW: ("groww", "Groww", "growwapi==1.5.0"),
}
PASSES = 3  # on a moving account a difference counts when it is seen every time
PAUSE_SECONDS = 1.1  # between readings: Kite answers one quote call a second
QUOTES = 4  # Groww gives no more than these in full
USUAL = InstrumentId(Exchange.NSE, "RELIANCE")  # whose quote is compared when the account has nothing


def oracle(access: Access) -> Oracle:
    """The broker's SDK. Raises CannotStart when there is none, or when it is not installed."""
    if access.broker not in SDKS:
        raise CannotStart(f"{access.adapter.terms.name} has no official SDK to compare with")
    module, name, package = SDKS[access.broker]
    try:
        made: Callable[[Session, Endpoints], Oracle] = getattr(
            importlib.import_module(f"orchestrator.parity.{module}"), name
        )
    except ImportError as error:
        raise CannotStart(f"the official SDK is not installed: pip install {package}") from error
    return made(access.session, access.endpoints)


async def check(
    access: Access, symbols: Sequence[str], *, pause: float = PAUSE_SECONDS
) -> tuple[int, list[Difference]]:
    """How many fields the SDK gave, and those that differ. Nothing is written at the broker.

    Raises CannotStart when either side cannot read the account.
    """
    sdk = oracle(access)
    try:
        async with at_work(access) as desk:
            watched = await _watched(desk, symbols)
            return await compared(sdk, desk, watched, pause=pause)
    except BrokerError as error:
        raise CannotStart(f"our adapter cannot read the account: {error.words}") from error


async def compared(
    sdk: Oracle, desk: Desk, watched: Sequence[InstrumentId], *, pause: float
) -> tuple[int, list[Difference]]:
    """As `check`, of what is open already. `pause`: seconds between readings. Raises errors of `domain.errors` too."""

    def naming(instrument: InstrumentId | None) -> str:
        if instrument is None:
            return NOTHING
        listing = desk.names.listing(instrument)
        return sdk.name(instrument.exchange, listing.order_key if listing else instrument.symbol)

    names = [naming(one) for one in watched]
    found: list[list[Difference]] = []
    before = await _asked(sdk, names)
    for _ in range(PASSES):
        await asyncio.sleep(pause)
        mine = await ours.read(desk.broker, naming, watched)
        await asyncio.sleep(pause)
        after = await _asked(sdk, names)
        found.append(differences(before, mine, after))
        if not found[-1]:
            break
        before = after
    return sum(map(len, before.values())), standing(found)


async def _asked(sdk: Oracle, names: Sequence[str]) -> Reading:
    try:
        return await asyncio.to_thread(sdk.read, names)
    except sdk.errors as error:
        words = " ".join(str(error).split())[:300]  # Upstox's SDK says headers and all
        raise CannotStart(f"the SDK cannot read the account: {type(error).__name__}: {words}") from error


async def _watched(desk: Desk, symbols: Sequence[str]) -> list[InstrumentId]:
    """The instruments whose quotes are compared: those asked for, else a few of the account's own."""
    if (await desk.broker.probe()).market_data is False:
        return []
    if len(symbols) > QUOTES:
        raise CannotStart(f"at most {QUOTES} symbols can be compared")
    if symbols:
        return [_listed(desk, text) for text in symbols]
    orders, holdings = await desk.broker.orders(), await desk.broker.holdings()
    mine = ours.seen(orders, holdings, await desk.broker.positions(), desk.names)
    return mine[:QUOTES] or ([USUAL] if desk.names.listing(USUAL) else [])


def _listed(desk: Desk, text: str) -> InstrumentId:
    try:
        instrument = InstrumentId.parse(text)
    except ValueError as error:
        raise CannotStart(str(error)) from error
    if desk.names.listing(instrument) is None:
        raise CannotStart(f"{desk.access.adapter.terms.name} does not list {instrument}")
    return instrument


def tell(console: Console, broker: str, fields: int, found: Sequence[Difference]) -> None:
    """The differences as a table, and the sum in one line."""
    if found:
        table = Table("what", "which", "field", "ours", "SDK")
        for one in found:
            table.add_row(one.kind, one.name, one.field or "(row)", one.ours, one.sdk)
        console.print(table)
    console.print(f"{broker}: {fields} fields compared, {len(found)} differ.", highlight=False)
