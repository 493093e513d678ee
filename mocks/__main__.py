"""`python -m mocks`: run the sandbox until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from datetime import datetime
from pathlib import Path

import uvloop

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.statutory import FIRST
from mocks.brokers.backoffice.switches import Pace
from mocks.brokers.faults import BROKERS
from mocks.brokers.listener import HOST
from mocks.clock import SECOND_NS
from mocks.options import BadFile, Options
from mocks.sandbox import serve
from mocks.state import BadState

DESCRIPTION = """A simulated stock exchange with four simulated brokers on it. Three of them speak the wire formats of
Kite Connect, Upstox and Groww, so that an existing program runs against them with another URL. No real money, no
network beyond this machine."""
EPILOG = """ports:
  the control API and its web page at the base, then Kite, Upstox, Groww and Mock at base+1 to base+4.
  When everything listens, one JSON line with all URLs is printed.

examples:
  python -m mocks                                   open http://127.0.0.1:9100 and break something
  python -m mocks --only kite --port-base 0         one broker on a free port, for a test of a Kite program
  python -m mocks --strict --state ./sandbox        a paper-trading account that lasts: real limits, real delays
  python -m mocks --calendar --speed 20 --start 2026-11-20T09:00
                                                    a trading day in twenty minutes
  python -m mocks --clock step --start 2026-11-20T09:15 --seed 7 --faults plan.json --journal run.jsonl
                                                    a run that repeats byte for byte; POST /clock moves the time

docs/sandbox.md is the manual."""


def parse(argv: list[str]) -> Options:
    parser = _parser()
    given = parser.parse_args(argv)
    if not 0 <= given.port_base <= 65531:
        parser.error("--port-base must be 0 or a port up to 65531")
    return Options(
        port_base=given.port_base,
        seed=given.seed,
        flow=not given.no_flow,
        always_open=given.calendar is None,
        calendar=given.calendar if given.calendar != BUILT_IN else None,
        state=given.state,
        host=given.host,
        name=given.name,
        only=given.only,
        strict=given.strict,
        pace=given.pace,
        clock=given.clock,
        speed=given.speed,
        start_ns=given.start,
        faults=given.faults,
        journal=given.journal,
        actions=given.corporate_actions,
    )


BUILT_IN = Path()  # --calendar without a file


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mocks",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_argument_group("what runs and where")
    add = where.add_argument
    add("--only", type=_brokers, default=BROKERS, metavar="NAMES", help=f"some of {','.join(BROKERS)}")
    add("--port-base", type=int, default=9100, metavar="N", help="first of five ports (9100); 0: free ones")
    add("--host", default=HOST, help="address to listen on; anything but 127.0.0.1 only inside a container")
    add("--name", default="", help="what the URLs call this host (default: the address)")
    add("--state", type=Path, metavar="DIR", help="keep users, money, orders and prices here over restarts")
    market = parser.add_argument_group("the market")
    add = market.add_argument
    add("--seed", type=int, default=1, help="of prices and delays: the same seed, the same day (1)")
    add(
        "--no-flow",
        action="store_true",
        help="prices stand still unless clients trade or the control API moves them",
    )
    add("--calendar", nargs="?", type=Path, const=BUILT_IN, metavar="FILE",
        help="keep the exchange's hours and holidays, or those of FILE (default: always open)")  # fmt: skip
    add("--corporate-actions", type=Path, metavar="FILE",
        help='splits, bonuses and dividends to come: {"actions": [...]}')  # fmt: skip
    clock = parser.add_argument_group("the clock")
    add = clock.add_argument
    add(
        "--start",
        type=_moment,
        metavar="TIME",
        help="simulated time to begin at, IST (2026-11-20T09:00; default now)",
    )
    add("--speed", type=_speed, default=1.0, metavar="N", help="N simulated seconds a second (1)")
    add("--clock", choices=["real", "step"], default="real", help="step: time moves only by POST /clock")
    broken = parser.add_argument_group("how real, how broken")
    add = broken.add_argument
    add(
        "--strict",
        action="store_true",
        help="enforce rate limits, service hours and every other rule of the real brokers",
    )
    add(
        "--pace",
        type=Pace,
        choices=list(Pace),
        help="none: orders are through at once; realistic: with real delays",
    )
    add("--faults", type=Path, metavar="FILE", help='a fault plan in force from the start: {"rules": [...]}')
    add(
        "--journal",
        type=Path,
        metavar="FILE",
        help="write every input of the exchange here; a replay gives the same trades",
    )
    return parser


def _brokers(text: str) -> tuple[str, ...]:
    names = [name for name in text.split(",") if name]
    unknown = [name for name in names if name not in BROKERS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"brokers are {', '.join(BROKERS)}")
    return tuple(name for name in BROKERS if name in names)


def _moment(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a time looks like 2026-11-20T09:00 (IST)") from None
    at = at if at.tzinfo else at.replace(tzinfo=IST)
    if at.astimezone(IST).date() < FIRST:
        raise argparse.ArgumentTypeError(f"charges are known from {FIRST} on")
    return round(at.timestamp() * SECOND_NS)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 10_000:
        raise argparse.ArgumentTypeError("a speed is above 0 and at most 10000")
    return speed


async def run(options: Options) -> None:
    until = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, until.set)
    await serve(options, until)


def main(argv: list[str] | None = None) -> int:
    options = parse(sys.argv[1:] if argv is None else argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        uvloop.run(run(options))
    except OSError as problem:
        print(
            f"sandbox: cannot start: {problem.strerror or problem} (--port-base chooses the ports)",
            file=sys.stderr,
        )
        return 1
    except (BadState, BadFile) as problem:
        print(f"sandbox: cannot start: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
