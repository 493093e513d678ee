"""Every call that OpenAlgo's client can make is answered or refused in words, and documented as it is."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import openalgo  # type: ignore[import-untyped]
from openalgo.account import AccountAPI  # type: ignore[import-untyped]
from openalgo.data import DataAPI  # type: ignore[import-untyped]
from openalgo.options import OptionsAPI  # type: ignore[import-untyped]
from openalgo.orders import OrderAPI  # type: ignore[import-untyped]
from openalgo.telegram import TelegramAPI  # type: ignore[import-untyped]
from openalgo.utilities import UtilitiesAPI  # type: ignore[import-untyped]

from orchestrator.openalgo.ways import ABSENT, WAYS

PAGE = Path(__file__).parents[3] / "docs/api/openalgo.md"
PARTS = (OrderAPI, DataAPI, AccountAPI, OptionsAPI, TelegramAPI, UtilitiesAPI)
ROW = re.compile(r"^\| `(\w+)` \| `([\w/]+)` \|(.*)\|$", re.MULTILINE)


def calls_of_the_client() -> dict[str, str]:
    """Its public methods and the path that each asks."""
    found: dict[str, str] = {}
    for part in PARTS:
        for name, method in inspect.getmembers(part, inspect.isfunction):
            if name.startswith("_"):
                continue
            source = inspect.getsource(method)
            asked = re.search(r'_make_request\("([^"]+)"|\{self\.base_url\}(\w+)', source)
            found[name] = (asked[1] or asked[2]) if asked else "intervals"  # `interval` is its old name
    return found


def test_every_call_of_the_client_is_documented_with_its_path() -> None:
    documented = {method: call for method, call, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    assert documented == calls_of_the_client()


def test_the_documentation_says_what_is_refused() -> None:
    for _, call, words in ROW.findall(PAGE.read_text(encoding="utf-8")):
        assert (call in ABSENT) is words.strip().startswith("Refused"), call
        assert (call in WAYS) is not (call in ABSENT), call


def test_what_is_answered_is_not_also_refused() -> None:
    assert WAYS.keys().isdisjoint(ABSENT)
    assert {*WAYS, *ABSENT} == {*calls_of_the_client().values(), "ping"}


def test_the_client_is_the_one_that_the_page_speaks_of() -> None:
    assert f"version {openalgo.__version__}" in PAGE.read_text(encoding="utf-8")
