"""The documentation says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from adapters.registry import BROKERS
from aggregation.differences import Cause
from domain.account import BrokerId
from domain.routing import ReasonCode
from orchestrator import reference
from orchestrator.cli import cli
from orchestrator.config import Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_generated_pages_are_up_to_date() -> None:
    stale = reference.outdated(ROOT / "docs" / "reference", typer.main.get_command(cli))
    assert stale == [], "run `make docs`"


def test_every_reason_is_documented() -> None:
    assert set(reference.REASONS) == set(ReasonCode)
    assert set(reference.CAUSES) == set(Cause)


def test_every_setting_says_what_it_means() -> None:
    page = reference.settings_page()
    for name in Settings.model_fields:
        assert name.upper() in page


@pytest.mark.parametrize("broker", list(BrokerId))
def test_every_broker_has_an_adapter_and_a_page(broker: BrokerId) -> None:
    assert BROKERS[broker].terms.broker is broker
    assert (ROOT / "docs" / "brokers" / f"{broker.value}.md").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


def test_every_page_is_in_the_list_of_pages() -> None:
    index = ROOT / "docs" / "README.md"
    text = index.read_text(encoding="utf-8")
    pages = {page.relative_to(index.parent).as_posix() for page in index.parent.glob("**/*.md")} - {
        "README.md"
    }
    lists = {"runbooks": index.parent / "runbooks" / "README.md"}  # folders with a list of their own
    for folder, own in lists.items():
        text += own.read_text(encoding="utf-8").replace("](", f"]({folder}/")
    assert [page for page in sorted(pages) if f"]({page})" not in text] == []


def test_make_targets_named_in_the_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", MAKEFILE, flags=re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z0-9-]+)", page.read_text(encoding="utf-8")))
        assert named <= targets, page


def test_every_refusal_of_the_socket_of_live_prices_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "live-prices.md").read_text(encoding="utf-8")
    market = ROOT / "orchestrator" / "market"
    sources = [
        (market / f"{name}.py").read_text(encoding="utf-8")
        for name in ("live", "following", "caller", "audience")
    ]
    codes = {code for source in sources for code in re.findall(r'Refused\(\s*"([a-z_]+)"', source)}
    assert {"unknown_symbol", "too_many_sockets", "invalid_json"} <= codes
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []


def test_tests_that_the_page_on_security_names_exist() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", page)
    tests = [(path, name) for path, name in named if (ROOT / "tests" / path).exists() or name]
    assert len(tests) > 60
    missing = [
        f"{path}::{name}"
        for path, name in tests
        if not (file := ROOT / "tests" / path).exists()
        or (name and f"def {name}(" not in file.read_text(encoding="utf-8"))
    ]
    assert missing == []
