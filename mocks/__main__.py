"""`python -m mocks`: run the sandbox until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

import uvloop

from mocks.brokers.listener import HOST
from mocks.sandbox import BadState, Options, serve

EPILOG = """ports: control API at the base, then Kite, Upstox, Groww and Mock at base+1 to base+4.
When everything listens, one JSON line with all URLs is printed. docs/sandbox.md tells the rest."""


def parse(argv: list[str]) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m mocks",
        description="A simulated exchange with four simulated brokers. No real money.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port-base", type=int, default=9100, metavar="N", help="first of five ports; 0: free ones"
    )
    parser.add_argument(
        "--host", default=HOST, help="address to listen on; anything but 127.0.0.1 only inside a container"
    )
    parser.add_argument("--name", default="", help="what the URLs call this host (default: the address)")
    parser.add_argument("--seed", type=int, default=1, help="of the background trading (default 1)")
    parser.add_argument("--no-flow", action="store_true", help="prices stand still unless clients trade")
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="keep users, money and orders here over restarts"
    )
    parser.add_argument(
        "--calendar", action="store_true", help="trade only in the exchange's hours (default: always open)"
    )
    given = parser.parse_args(argv)
    if not 0 <= given.port_base <= 65531:
        parser.error("--port-base must be 0 or a port up to 65531")
    return Options(
        port_base=given.port_base,
        seed=given.seed,
        flow=not given.no_flow,
        always_open=not given.calendar,
        state=given.state,
        host=given.host,
        name=given.name,
    )


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
    except BadState as problem:
        print(f"sandbox: cannot start: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
