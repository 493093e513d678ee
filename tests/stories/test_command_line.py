"""A trader at a terminal with `trademaster`: it shows before it sends, asks, and its exit code says how it ended."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.stories.product import Product, Trader
from tests.traders import NewUser
from trademaster import config
from trademaster.cli import main
from trademaster.cli.context import Exit

BUY = ("BUY", "2", "NSE:INFY", "CNC", "MARKET")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Any]


@pytest.fixture
async def terminal(
    product: Product,
    trader: Trader,
    new_user: NewUser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """`await run("portfolio")` as a trader with cash and shares at one broker; nobody is there to be asked."""
    await trader.connect(new_user("mock", cash="500000", holdings={"NSE:TCS": 5}))
    await trader.settled()
    monkeypatch.setenv(config.URL, product.url)
    monkeypatch.setenv(config.TOKEN, trader.http.headers["Authorization"].removeprefix("Bearer "))
    monkeypatch.setenv(config.CONFIG, str(tmp_path / "client.json"))

    def in_thread(words: tuple[str, ...]) -> Ended:
        monkeypatch.setattr("sys.argv", ["trademaster", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    async def run(*words: str, code: int = 0) -> Ended:
        ended = await anyio.to_thread.run_sync(in_thread, words)
        assert ended.code == code, ended
        return ended

    return run


async def test_what_one_has_is_shown_to_people_and_to_programs(terminal: Run, trader: Trader) -> None:
    shown = await terminal("portfolio")
    assert "TCS" in shown.out
    assert "5,00,000.00" in shown.out
    told = (await terminal("portfolio", "--json")).json
    assert told["holdings"][0]["lots"][0]["quantity"] == 5
    assert told["totals"]["cash"] == (await trader.portfolio())["totals"]["cash"]
    for words in (
        "accounts",
        "holdings",
        "positions",
        "funds",
        "whoami",
        "orders",
        "kill status",
        "alerts list",
    ):
        await terminal(*words.split())
        if words != "orders":
            assert (await terminal(*words.split(), "--json")).json is not None
    assert "TCS" in (await terminal("holdings", "--lots")).out


async def test_prices_and_charges_are_shown(terminal: Run) -> None:
    assert "INFY" in (await terminal("quote", "NSE:INFY", "NSE:NOSUCH")).out
    assert "INFY" in (await terminal("search", "infosys")).out
    assert (await terminal("history", "NSE:INFY", "--json")).json["candles"]
    assert "cheapest" in (await terminal("charges", "BUY", "10", "NSE:INFY", "CNC", "1500.05")).out
    lines = (await terminal("stream", "NSE:INFY", "--json", "--count", "1")).out.splitlines()
    assert json.loads(lines[0])["symbol"] == "NSE:INFY"
    assert json.loads((await terminal("events", "--json", "--count", "1")).out)["type"] == "connected"


async def test_an_order_is_not_sent_before_somebody_says_yes(terminal: Run, trader: Trader) -> None:
    asked = await terminal("orders", "place", *BUY, code=Exit.USAGE)
    assert "--yes" in asked.err
    planned = await terminal("orders", "place", *BUY, "--dry-run")
    assert "charges" in planned.out
    assert "mock" in (await terminal("preview", *BUY)).out
    assert (await trader.call("GET", "/v1/orders"))["items"] == []


async def test_an_order_is_placed_once_shown_and_listed(terminal: Run, trader: Trader) -> None:
    placed = (await terminal("orders", "place", *BUY, "--yes", "--key", "mine", "--json")).json
    again = (await terminal("orders", "place", *BUY, "--yes", "--key", "mine", "--json")).json
    assert placed["id"] == again["id"]
    await trader.order_when(placed["id"], "FILLED")
    assert "what happened" in (await terminal("orders", "show", placed["id"])).out
    assert placed["id"] in (await terminal("orders")).out
    assert [one["id"] for one in (await terminal("orders", "list", "--status", "done", "--json")).json] == [
        placed["id"]
    ]


async def test_an_order_is_changed_and_cancelled(terminal: Run, trader: Trader) -> None:
    low = ("BUY", "1", "NSE:INFY", "CNC", "LIMIT", "1450.00")
    placed = (await terminal("orders", "place", *low, "--yes", "--json")).json
    await terminal("orders", "change", placed["id"], "--price", "1451.10", code=Exit.USAGE)
    changed = (await terminal("orders", "change", placed["id"], "--price", "1451.10", "--yes", "--json")).json
    assert changed["price"] == "1451.10"
    await terminal("orders", "cancel", "--all", code=Exit.USAGE)
    await terminal("orders", "cancel", placed["id"])
    await trader.order_when(placed["id"], "CANCELLED")


async def test_how_it_ended_is_in_the_exit_code(terminal: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = await terminal("preview", "BUY", "9000000", "NSE:INFY", "CNC", "MARKET", code=Exit.REFUSED)
    assert "margin" in refused.out
    denied = await terminal(
        "orders", "place", "BUY", "9000000", "NSE:INFY", "CNC", "MARKET", "--yes", "--json", code=Exit.REFUSED
    )
    assert denied.out == ""
    assert json.loads(denied.err)["error"]["reasons"]
    await terminal("orders", "show", "ord_none", code=Exit.NOT_FOUND)
    await terminal("orders", "place", "BUY", "one", "NSE:INFY", code=Exit.USAGE)
    await terminal("orders", "place", "BUY", "1", "NSE:INFY", "CNC", "LIMIT", "1e", "--yes", code=Exit.USAGE)
    await terminal("charges", "BUY", "1", "NSE:INFY", "CNC", "nan", code=Exit.USAGE)
    await terminal("no-such-command", code=Exit.USAGE)
    await terminal("--url", "http://trade.example.com", "portfolio", code=Exit.USAGE)
    monkeypatch.setenv(config.TOKEN, "stale")
    assert "trademaster login" in (await terminal("portfolio", code=Exit.NOT_ALLOWED)).err
    await terminal(
        "--url", "http://127.0.0.1:1", "kill", "on", "flatten", "--confirm", "flatten", code=Exit.UNREACHABLE
    )


async def test_the_kill_switch_wants_its_word_typed(terminal: Run) -> None:
    await terminal("kill", "on", "flatten", code=Exit.USAGE)
    await terminal("kill", "on", "flatten", "--confirm", "yes", code=Exit.REFUSED)
    assert "Off" in (await terminal("kill", "status")).out
    assert "On (cancel-all)" in (await terminal("kill", "on", "cancel-all", "--confirm", "cancel-all")).out


async def test_an_alert_is_set_and_taken_away(terminal: Run) -> None:
    made = (await terminal("alerts", "add", "NSE:INFY", "above", "2000.00", "--json")).json
    assert made["id"] in (await terminal("alerts", "list")).out
    await terminal("alerts", "remove", made["id"])


async def test_a_personal_token_is_kept_used_and_forgotten(
    terminal: Run, trader: Trader, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"name": "terminal", "scopes": ["read", "trade"], "policy": {"order_value": "100.00"}}
    token = (await trader.call("POST", "/v1/users/me/tokens", json=asked))["token"]
    monkeypatch.delenv(config.TOKEN)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{token}\n"))
    kept = await terminal("login", "--url", product.url)
    assert token not in kept.out + kept.err
    assert stat.S_IMODE(config.path().stat().st_mode) == 0o600
    monkeypatch.delenv(config.URL)
    assert "TCS" in (await terminal("portfolio")).out
    beyond = await terminal("orders", "place", *BUY, "--yes", "--json", code=Exit.NOT_ALLOWED)
    assert json.loads(beyond.err)["error"]["clause"] == "order_value"
    await terminal("logout")
    await terminal("--url", product.url, "portfolio", code=Exit.NOT_ALLOWED)


@pytest.mark.parametrize(
    ("policy", "code", "word"),
    [
        ({"dry_run": True}, Exit.DRY_RUN, "plan"),
        ({"order_value": "100.00", "on_breach": "ask"}, Exit.WAITS, "approval"),
    ],
)
async def test_what_is_no_order_does_not_end_like_one(
    terminal: Run,
    trader: Trader,
    monkeypatch: pytest.MonkeyPatch,
    policy: dict[str, Any],
    code: Exit,
    word: str,
) -> None:
    asked = {"name": "terminal", "scopes": ["read", "trade"], "policy": policy}
    token = (await trader.call("POST", "/v1/users/me/tokens", json=asked))["token"]
    monkeypatch.setenv(config.TOKEN, token)
    ended = await terminal("orders", "place", *BUY, "--yes", "--json", code=code)
    assert ended.out == ""
    assert json.loads(ended.err)["error"][word]
    assert (await trader.call("GET", "/v1/orders"))["items"] == []


async def test_a_token_that_is_no_good_is_not_kept(terminal: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for text, code in (("not one\n", Exit.USAGE), (f"tm_{'0' * 12}_{'a' * 38}\n", Exit.NOT_ALLOWED)):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        ended = await terminal("login", code=code)
        assert text.strip() not in ended.out + ended.err
    assert not config.path().exists()
