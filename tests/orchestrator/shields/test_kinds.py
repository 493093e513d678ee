"""Which requests are counted together."""

from __future__ import annotations

import re
import tracemalloc

import pytest

from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.shields.kinds import Kind, kind_of
from orchestrator.shields.names import is_ours


@pytest.mark.parametrize(
    ("request_line", "kind"),
    [
        ("GET /v1/portfolio", Kind.READ),
        ("HEAD /", Kind.READ),
        ("GET /v1/orders/ord_1", Kind.READ),
        ("GET /v1/kill-switch", Kind.READ),
        ("POST /v1/orders", Kind.ORDER),
        ("PATCH /v1/orders/ord_1", Kind.ORDER),
        ("POST /v1/conditionals", Kind.ORDER),
        ("POST /v1/positions/convert", Kind.ORDER),
        ("POST /v1/orders/preview", Kind.WRITE),
        ("POST /v1/orders/cancel", Kind.EXIT),
        ("DELETE /v1/orders/ord_1", Kind.EXIT),
        ("DELETE /v1/orders/external/acc_1/2211", Kind.EXIT),
        ("DELETE /v1/conditionals/acc_1/7", Kind.EXIT),
        ("POST /v1/positions/exit", Kind.EXIT),
        ("POST /v1/positions/exit-all", Kind.EXIT),
        ("POST /v1/kill-switch", Kind.EXIT),
        ("POST /v1/kill-switch/release", Kind.WRITE),
        ("DELETE /v1/orders", Kind.WRITE),
        ("POST /v1/users/login", Kind.LOGIN),
        ("POST /v1/users/signup", Kind.LOGIN),
        ("POST /v1/users/refresh", Kind.LOGIN),
        ("POST /v1/users/me/password", Kind.LOGIN),
        ("POST /v1/users/me/proof", Kind.LOGIN),
        ("PATCH /v1/users/me", Kind.WRITE),
        ("POST /v1/users/me/sessions/revoke-others", Kind.WRITE),
        ("POST /kite/orders/regular", Kind.ORDER),
        ("PUT /kite/orders/regular/22", Kind.ORDER),
        ("DELETE /kite/orders/regular/22", Kind.EXIT),
        ("GET /kite/orders", Kind.READ),
        ("POST /kite/session/token", Kind.LOGIN),
        ("POST /api/v1/placeorder", Kind.ORDER),
        ("POST /api/v1/placesmartorder/", Kind.ORDER),
        ("POST /api/v1/modifyorder", Kind.ORDER),
        ("POST /api/v1/cancelallorder", Kind.EXIT),
        ("POST /api/v1/quotes", Kind.READ),
        ("POST /v1/hooks/tradingview/hook_1", Kind.ORDER),
    ],
)
def test_a_request_is_of_its_kind(request_line: str, kind: Kind) -> None:
    assert kind_of(*request_line.split()) is kind


def test_whatever_gets_a_user_out_is_told_from_what_gets_in() -> None:
    """A route that a later change adds under one of these words must be looked at here."""
    paths = create_app(Settings(_env_file=None)).openapi()["paths"]
    out = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method in methods
        if kind_of(method.upper(), re.sub(r"{\w+}", "x", path)) is Kind.EXIT
    }
    worded = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method in methods
        if method != "get"
        and path.startswith("/v1/")
        and re.search("cancel|exit|kill-switch$|squareoff|flatten", path)
    }
    assert worded <= out


def test_long_paths_and_names_of_strangers_do_not_stay_in_memory() -> None:
    tracemalloc.start()
    try:
        for number in range(300):
            junk = f"{number:05}" + "a" * 60_000
            assert kind_of("DELETE", f"/v1/orders/{junk}") is Kind.EXIT
            assert not is_ours(junk.encode(), frozenset())
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2_000_000
