"""What each Kite request is called in the fault plan. Pure."""

from __future__ import annotations

import re

from mocks.brokers.kite.login import PAGE

CALLS_OF_KITE: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (method, re.compile(pattern), call)
    for method, pattern, call in (
        ("POST", r"/orders/\w+$", "place"),
        ("PUT", r"/orders/\w+/\w+$", "modify"),
        ("DELETE", r"/orders/\w+/\w+$", "cancel"),
        ("GET", r"/orders$", "orders"),
        ("GET", r"/orders/\w+$", "order_history"),
        ("GET", r"/orders/\w+/trades$", "order_trades"),
        ("GET", r"/trades$", "trades"),
        ("GET", r"/quote$", "quote"),
        ("GET", r"/quote/ltp$", "ltp"),
        ("GET", r"/quote/ohlc$", "ohlc"),
        ("GET", r"/portfolio/holdings", "holdings"),
        ("POST", r"/portfolio/holdings/authorise$", "authorise"),
        ("GET", r"/connect/portfolio/authorise", "authorise"),
        ("POST", r"/connect/portfolio/authorise", "authorise"),
        ("GET", r"/portfolio/positions$", "positions"),
        ("PUT", r"/portfolio/positions$", "convert"),
        ("GET", r"/user/profile", "profile"),
        ("GET", r"/user/margins", "funds"),
        ("POST", r"/margins/", "margin"),
        ("POST", r"/charges/", "charges"),
        ("POST", r"/gtt/triggers$", "gtt_place"),
        ("PUT", r"/gtt/triggers/\w+$", "gtt_modify"),
        ("DELETE", r"/gtt/triggers/\w+$", "gtt_cancel"),
        ("GET", r"/gtt/triggers$", "gtts"),
        ("GET", r"/gtt/triggers/\w+$", "gtt"),
        ("POST", r"/alerts", "alerts"),
        ("PUT", r"/alerts", "alerts"),
        ("DELETE", r"/alerts", "alerts"),
        ("GET", r"/alerts", "alerts"),
        ("GET", r"/instruments/historical/", "candles"),
        ("GET", r"/instruments/trigger_range/", "quote"),
        ("GET", r"/instruments", "instruments"),
        ("POST", r"/session/", "token"),
        ("GET", PAGE, "login"),
        ("POST", PAGE, "login"),
        ("GET", r"(/ws)?/?$", "ticks"),
    )
)


def call_of(method: str, path: str) -> str | None:
    """The neutral name of a request."""
    path = path.removeprefix("/oms")
    return next(
        (call for verb, pattern, call in CALLS_OF_KITE if verb == method and pattern.match(path)), None
    )
