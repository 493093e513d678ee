"""The pages of docs/api do what they say: their blocks run against the product, with a personal token."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stories.product import ROOT, Product, Trader
from tests.traders import NewUser
from trademaster.cli.context import Exit

PAGES = ROOT / "docs" / "api"
RUN = ("README", "quickstart", "orders", "streaming", "python", "cli")


def blocks(page: Path, language: str) -> str:
    """The blocks of one language, as one program."""
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL))


@pytest.mark.parametrize("name", RUN)
async def test_a_page_runs(
    name: str, product: Product, trader: Trader, new_user: NewUser, tmp_path: Path
) -> None:
    await trader.connect(new_user("mock", cash="500000", holdings={"NSE:TCS": 5}))
    await trader.settled()
    made = await trader.call("POST", "/v1/users/me/tokens", json={"name": name, "scopes": ["read", "trade"]})
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("TRADEMASTER_")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "API": product.url,
        "TOKEN": made["token"],
        "TRADEMASTER_URL": product.url,
        "TRADEMASTER_TOKEN": made["token"],
        "TRADEMASTER_CLIENT_CONFIG": str(tmp_path / "client.json"),
    }
    page = PAGES / f"{name}.md"
    programs = {
        "sh": ["bash", "-eu", "-o", "pipefail", "-c"],
        "python": [sys.executable, "-W", "error", "-c"],
    }
    written = {language: text for language in programs if (text := blocks(page, language))}
    assert written
    for language, text in written.items():
        done = await asyncio.to_thread(
            subprocess.run,
            [*programs[language], text],
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, f"{name} {language}: {done.stdout}\n{done.stderr}"


def test_every_exit_code_is_documented() -> None:
    page = (PAGES / "cli.md").read_text("utf-8")
    assert [one for one in Exit if f"| {one.value} |" not in page] == []


def test_every_error_of_the_client_is_documented() -> None:
    import trademaster

    page = (PAGES / "python.md").read_text("utf-8")
    errors = [name for name in trademaster.__all__ if isinstance(getattr(trademaster, name), type)]
    raised = [name for name in errors if issubclass(getattr(trademaster, name), trademaster.TradeMasterError)]
    assert [name for name in raised if f"`{name}`" not in page] == []


def test_every_part_of_the_client_is_documented() -> None:
    import trademaster

    page = (PAGES / "python.md").read_text("utf-8")
    with trademaster.Client("http://127.0.0.1:9", "tm_x") as client:
        parts = {name: part for name, part in vars(client).items() if name != "http"}
    assert [name for name in parts if f".{name}`" not in page] == []
    words = set(re.findall(r"\w+", page))
    for name in ("orders", "market", "accounts", "portfolio"):
        methods = {method for method in vars(type(parts[name])) if not method.startswith("_")}
        assert methods <= words, name
