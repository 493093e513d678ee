"""The `orchestrator` command. Settings come from the environment; `docs/reference/settings.md` lists them."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import httpx
import orjson
import typer
import uvloop
from pydantic import ValidationError
from sqlalchemy import Connection

from domain.calendar import IST
from orchestrator import meta, migrations
from orchestrator.accounts import repository
from orchestrator.config import Settings
from orchestrator.db import open_database
from orchestrator.logs import configure
from orchestrator.schemas import in_ist
from orchestrator.server import CannotStart, serve, stopping
from orchestrator.state import system_clock

if TYPE_CHECKING:
    from orchestrator.direct import Access

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent

cli = typer.Typer(
    name="orchestrator",
    help="One command centre over the Indian broker accounts a trader already has.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

brokers = typer.Typer(help="What speaks to brokers.", no_args_is_help=True)
cli.add_typer(brokers, name="brokers")
trades = typer.Typer(help="The history of trades.", no_args_is_help=True)
cli.add_typer(trades, name="trades")


def main() -> None:
    """Run the command line; what a person can mend is said in one line."""
    try:
        cli(prog_name="orchestrator")
    except CannotStart as error:
        sys.exit(f"trademaster: {error}")
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        name = name if name.startswith("SANDBOX_") else f"TRADEMASTER_{name}"
        sys.exit(f"trademaster: setting {name} is wrong: {first['msg']}")


def _settings() -> Settings:
    settings = Settings()
    configure(settings.log_level, as_json=settings.log_json)
    return settings


def _run(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    async def until_stopped() -> None:
        with stopping() as stop:
            await work(stop)

    sys.setswitchinterval(0.0005)
    # Little of what an order leaves behind is cyclic, and a full collection walks every instrument: halves the p99.
    gc.set_threshold(20_000, 20, 50)
    gc.freeze()  # what was imported stays
    uvloop.run(until_stopped())


@cli.command("serve")
def serve_command() -> None:
    """Serve the API and the web interface until SIGINT or SIGTERM."""
    settings = _settings()
    from orchestrator.app import create_app

    _run(lambda stop: serve(create_app(settings), settings, stop=stop))


@cli.command("worker")
def worker_command() -> None:
    """Run the background loops only: for installations with several processes."""
    settings = _settings()
    from orchestrator.worker import work

    _run(lambda stop: work(settings, stop=stop))


@cli.command()
def migrate() -> None:
    """Bring the database of the settings up to date."""

    async def upgrade() -> bool:
        database = open_database(_settings())
        try:
            return await migrations.upgrade(database)
        finally:
            await database.close()

    changed = uvloop.run(upgrade())
    typer.echo("Migrated." if changed else "Up to date.")


@cli.command()
def demo(
    reset: Annotated[
        bool, typer.Option("--reset", help="Forget the demo's data instead of starting it.")
    ] = False,
) -> None:
    """Start the product on the sandbox's brokers, with a demo user connected to all of them."""
    settings = _settings()
    from orchestrator import demo as composition

    if reset:
        composition.reset(settings)
        typer.echo("The demo's data is gone: `make demo` starts over.")
        return
    uvloop.run(composition.run(settings, say=lambda line: typer.echo(line)))


@cli.command()
def openapi(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether web/openapi.json is up to date.")
    ] = False,
) -> None:
    """Write web/openapi.json, from which the web's client is made."""
    from orchestrator.app import create_app

    schema = create_app(Settings()).openapi()
    _written(
        ROOT / "web" / "openapi.json", orjson.dumps(schema, option=orjson.OPT_INDENT_2) + b"\n", check=check
    )


@cli.command()
def docs(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the pages are up to date.")
    ] = False,
) -> None:
    """Write the generated pages of docs/reference."""
    from orchestrator import reference

    folder, commands = ROOT / "docs" / "reference", typer.main.get_command(cli)
    stale: list[Any] = (reference.outdated if check else reference.write)(folder, commands)
    if check and stale:
        raise CannotStart(f"out of date: {', '.join(map(str, stale))}; run `make docs`")
    typer.echo(", ".join(map(str, stale)) or "Up to date.")


@cli.command()
def health() -> None:
    """Ask the running product whether it is ready; the exit code is 0 when it is."""
    url = f"http://{_settings().host}:{_settings().port}/readyz"
    try:
        answer = httpx.get(url, trust_env=False, timeout=5)
    except httpx.HTTPError as error:
        raise CannotStart(f"{url} does not answer ({type(error).__name__})") from error
    if answer.status_code != httpx.codes.OK:
        raise CannotStart(f"{url} answers {answer.status_code}: {answer.json().get('detail', '')}")
    typer.echo("Ready.")


@cli.command()
def accounts() -> None:
    """List the broker accounts of this installation, one a line, without secrets."""

    for one in _read(repository.live):
        known = one.account
        ends = f"until {in_ist(known.session_expires_at)}" if known.session_expires_at else ""
        typer.echo(
            f"{known.id}  {known.user_id}  {known.broker:8}  {known.state:12}  "
            f"{known.broker_user_id or '-':12}  {known.label}  {ends}".rstrip()
        )


@cli.command()
def parity(
    account: Annotated[str, typer.Argument(help="An account's id; `orchestrator accounts` lists them.")] = "",
    broker: Annotated[
        str, typer.Option("--broker", help="Instead of an account: zerodha (or kite), upstox, groww.")
    ] = "",
    url: Annotated[
        str, typer.Option("--url", help="Where that broker is, for a sandbox; else its live address.")
    ] = "",
    symbol: Annotated[
        list[str] | None, typer.Option("--symbol", help="Compare the quotes of these, for example NSE:INFY.")
    ] = None,
) -> None:
    """Read an account through the broker's official SDK and through our adapter, and print what differs.

    With --broker the access token and the API key are two lines of the input. The exit code is 1 when anything differs.
    """
    from rich.console import Console

    from orchestrator.direct import of_account
    from orchestrator.parity import run

    settings = _settings()

    async def compare() -> int:
        if bool(account) == bool(broker):
            raise CannotStart("name an account, or a broker with --broker")
        access = await of_account(settings, account) if account else _by_hand(settings, broker, url)
        fields, found = await run.check(access, symbol or [])
        run.tell(Console(), access.adapter.terms.name, fields, found)
        return 1 if found else 0

    raise typer.Exit(uvloop.run(compare()))


@cli.command()
def charges(
    trade: Annotated[
        str, typer.Argument(help='For example "BUY 100 NSE:INFY CNC @1500"; contracts as NIFTY26NOV25000CE.')
    ],
    on: Annotated[str, typer.Option("--on", help="The day whose rates count, YYYY-MM-DD; else today.")] = "",
    fund: Annotated[bool, typer.Option("--fund", help="Units of an exchange-traded fund.")] = False,
    group: Annotated[str, typer.Option("--group", help="BSE's group of the share.")] = "",
    desk: Annotated[
        bool, typer.Option("--desk", help="An order by telephone, or of the broker's risk desk.")
    ] = False,
    woman: Annotated[
        bool, typer.Option("--woman", help="A woman is the demat account's first holder.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As GET /v1/charges answers.")] = False,
) -> None:
    """Compare what one executed order costs at every broker, line by line. Nothing is placed or asked."""
    from rich.console import Console

    from orchestrator.charges import command
    from routing.fees import ChargesUnknown
    from routing.notation import Unreadable

    try:
        day = date.fromisoformat(on) if on else system_clock().astimezone(IST).date()
    except ValueError:
        raise CannotStart(f"{on} is no day: write it as 2026-11-23") from None
    try:
        named, found = command.compared(trade, on=day, fund=fund, group=group, by_desk=desk, woman=woman)
    except (Unreadable, ChargesUnknown) as error:
        raise CannotStart(str(error)) from error
    if as_json:
        typer.echo(command.as_json(named, found))
    else:
        command.tell(Console(), named, found)
    raise typer.Exit(0 if found.cheapest else 1)


@cli.command()
def replay(order: Annotated[str, typer.Argument(help="An order's id.")]) -> None:
    """Make an order's routing decisions again from what they were made from, and compare hash, plan and charges.

    Parts that went elsewhere were decided anew, each is told. The exit code is 1 when anything differs.
    """
    from rich.console import Console

    from orchestrator.decisions import command, kept
    from orchestrator.decisions.replay import replay as made_again

    every = _read(lambda conn: kept.load(conn, order))
    if not every:
        raise CannotStart(f"there is no order {order}")
    found = [made_again(one) for one in every]
    for one in found:
        command.tell_replay(Console(), one)
    raise typer.Exit(1 if any(one.differences for one in found) else 0)


@cli.command()
def whatif(
    policy: Annotated[
        str,
        typer.Option(
            help="cheapest, fastest, most_reliable, balanced:2,1,1, spread, pinned:ACCOUNT or fallback:A,B."
        ),
    ],
    first: Annotated[str, typer.Option("--from", help="The first day (IST), YYYY-MM-DD; else today.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day (IST), included; else today.")] = "",
    user: Annotated[str, typer.Option("--user", help="A user's id; else all users.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Decide the orders of some days anew under another policy, and print the difference in rupees. Nothing is sent."""
    from rich.console import Console

    from orchestrator.decisions import command, kept
    from orchestrator.decisions.whatif import compare, policy_of

    today = system_clock().astimezone(IST).date()
    try:
        chosen = policy_of(policy)
        start, end = (date.fromisoformat(text) if text else today for text in (first, last))
        if start > end:
            raise ValueError(f"--from {start} is after --to {end}")
    except ValueError as error:
        raise CannotStart(str(error)) from error

    found = _read(lambda conn: compare(kept.between(conn, start, end, user or None), chosen))
    if as_json:
        typer.echo(command.as_json(found))
    else:
        command.tell_whatif(Console(), chosen, found)


@brokers.command()
def verify(
    broker: Annotated[str, typer.Argument(help="zerodha (or kite), upstox, groww or mock.")],
    url: Annotated[
        str, typer.Option("--url", help="Where it is, for a sandbox; else its live address.")
    ] = "",
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Place no orders: the only way at a live account.")
    ] = False,
    symbol: Annotated[str, typer.Option("--symbol", help="The share that is asked for.")] = "NSE:INFY",
) -> None:
    """Hold a broker to the contract that every adapter keeps, and say how each check ended.

    The access token and the API key are two lines of the input. The exit code is 1 when any check failed.
    """
    from orchestrator.verify.run import verify as hold_to_it

    settings = _settings()
    access = _by_hand(settings, broker, url)
    failed = uvloop.run(hold_to_it(access, symbol, read_only=read_only, say=lambda line: typer.echo(line)))
    raise typer.Exit(1 if failed else 0)


def _by_hand(settings: Settings, broker: str, url: str) -> Access:
    """Keys come by the input and not by the command line, which every program of the machine may read."""
    from orchestrator.direct import by_hand

    if sys.stdin.isatty():
        token = typer.prompt("Access token", hide_input=True)
        api_key = typer.prompt("API key", default="", show_default=False)
    else:
        token, api_key = (sys.stdin.readline().strip() for _ in range(2))
    return by_hand(settings, broker, url, token=token, api_key=api_key)


@trades.command("import")
def import_trades(
    account: Annotated[str, typer.Argument(help="The account's id; `orchestrator accounts` lists them.")],
    file: Annotated[
        Path, typer.Argument(help="Its broker's tradebook, as CSV.", exists=True, dir_okay=False)
    ],
    commit: Annotated[
        bool, typer.Option("--commit", help="Keep the new trades; else only say what the file has.")
    ] = False,
) -> None:
    """Bring past trades of an account in from its broker's tradebook: all of the file or nothing.

    The exit code is 1 when a row breaks a rule.
    """
    from orchestrator.trades import command
    from orchestrator.trades.importing import Report
    from orchestrator.trades.tradebook import Unusable

    data = file.read_bytes()

    async def bring() -> Report:
        database = open_database(_settings())
        try:
            if await migrations.current(database) != migrations.newest():
                raise CannotStart("the database is not up to date: run `orchestrator migrate`")
            return await command.import_file(database, account, data, clock=system_clock, commit=commit)
        finally:
            await database.close()

    try:
        report = uvloop.run(bring())
    except (command.NoSuchAccount, Unusable) as error:
        raise CannotStart(str(error)) from error
    command.tell(report, typer.echo)
    raise typer.Exit(1 if report.refused_count else 0)


@cli.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(f"{meta.NAME} {meta.own_version()}")


def _read(work: Callable[[Connection], T]) -> T:
    """What `work` reads from the installation's database, which must be up to date."""

    async def read() -> T:
        database = open_database(_settings())
        try:
            if await migrations.current(database) != migrations.newest():
                raise CannotStart("the database is not up to date: run `orchestrator migrate`")
            return await database.read(work)
        finally:
            await database.close()

    return uvloop.run(read())


def _written(path: Path, content: bytes, *, check: bool) -> None:
    if path.exists() and path.read_bytes() == content:
        typer.echo("Up to date.")
        return
    if check:
        raise CannotStart(f"{path.relative_to(ROOT)} is out of date: run `make client`")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    typer.echo(f"Written: {path.relative_to(ROOT)}")
