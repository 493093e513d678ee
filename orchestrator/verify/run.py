"""`orchestrator brokers verify`: the adapter contract, held against a running broker."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from adapters.guard import GuardSettings
from domain.errors import BrokerError
from domain.instrument import InstrumentId
from domain.report import ReportStatus
from orchestrator.direct import Access, at_work
from orchestrator.server import CannotStart
from orchestrator.verify import checks
from orchestrator.verify.bench import Bench, Broken
from orchestrator.verify.checks import Check

# Within the broker's limits; yet no second try may hide a failure, nor may one failure stop the other checks;
# orders wait for their turn.
ONE_TRY = GuardSettings(read_attempts=1, breaker_failures=1_000_000, write_patience=20.0)
LIVE = {ReportStatus.PENDING, ReportStatus.OPEN, ReportStatus.TRIGGER_PENDING}


def may_order(access: Access) -> bool:
    """Orders are placed at a sandbox of this machine and nowhere else: every address they go to is its own."""
    return all(map(_own, {access.endpoints.rest, access.endpoints.order_rest or access.endpoints.rest}))


def _own(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def verify(access: Access, symbol: str, *, read_only: bool, say: Callable[[str], None]) -> int:
    """Make every check, and say how each ended; gives how many failed.

    Raises CannotStart for orders at anything but a sandbox of this machine, and when nothing can be read.
    """
    if not read_only and not may_order(access):
        raise CannotStart("orders are placed at a sandbox of this machine only: add --read-only")
    async with at_work(access, ONE_TRY) as desk:
        try:
            instrument = InstrumentId.parse(symbol)
            (quote,) = await desk.broker.quotes([instrument])
        except ValueError as error:
            raise CannotStart(f"{symbol}: no such instrument, or no quote of it") from error
        except BrokerError as error:
            raise CannotStart(f"no quote of {symbol}: {error.words}") from error
        bench = Bench(desk.broker, desk.names, instrument, quote.last_price)
        wanted = checks.READING if read_only else checks.READING + checks.ORDERING
        return await _all(bench, wanted, say)


async def _all(bench: Bench, wanted: Sequence[Check], say: Callable[[str], None]) -> int:
    failed = 0
    for check in wanted:
        words = await _ended(bench, check)
        failed += words is not None
        say(f"{'ok  ' if words is None else 'FAIL'}  {check.__name__.replace('_', ' ')}")
        if words is not None:
            say(f"      {words}")
    await _sweep(bench)
    say(f"{bench.broker.terms.name}: {len(wanted)} checks, {failed} failed.")
    return failed


async def _ended(bench: Bench, check: Check) -> str | None:
    """None, or why it failed. A broker's garbage is a failure too; a fault of ours is not caught."""
    try:
        await check(bench)
    except Broken as error:
        return str(error)
    except BrokerError as error:
        return f"{type(error).__name__}: {error.words}"
    return None


async def _sweep(bench: Bench) -> None:
    """Cancel what the checks left open."""
    for child in bench.sent:
        with suppress(BrokerError):
            for report in await bench.broker.find(child):
                if report.status in LIVE:
                    await bench.broker.cancel(replace(child, broker_order_ids=(report.broker_order_id,)))
