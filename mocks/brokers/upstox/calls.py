"""What each request is called in the fault plan, by method and path."""

from __future__ import annotations

from mocks.brokers.upstox import console, login, streams

CALLS = {
    ("GET", login.DIALOG): "login",
    ("POST", login.DIALOG): "login",
    ("POST", "/v2/login/authorization/token"): "token",
    ("POST", console.APPROVE): "authorise",
    ("GET", "/v2/user/profile"): "profile",
    ("GET", "/v2/user/ip"): "ip",
    ("PUT", "/v2/user/ip"): "ip",
    ("GET", "/v2/user/kill-switch"): "kill_switch",
    ("POST", "/v2/user/kill-switch"): "kill_switch",
    ("GET", "/v2/user/get-funds-and-margin"): "funds",
    ("GET", "/v3/user/get-funds-and-margin"): "funds",
    ("GET", "/v2/portfolio/long-term-holdings"): "holdings",
    ("GET", "/v2/portfolio/short-term-positions"): "positions",
    ("GET", "/v3/portfolio/mtf-positions"): "positions",
    ("PUT", "/v2/portfolio/convert-position"): "convert",
    ("POST", "/v2/charges/margin"): "margin",
    ("GET", "/v2/charges/brokerage"): "charges",
    ("GET", "/v2/charges/historical-trades"): "statement",
    ("POST", "/v3/order/place"): "place",
    ("POST", "/v2/order/place"): "place",
    ("POST", "/v2/order/multi/place"): "multi_place",
    ("POST", "/v2/order/positions/exit"): "exit_all",
    ("PUT", "/v3/order/modify"): "modify",
    ("PUT", "/v2/order/modify"): "modify",
    ("DELETE", "/v3/order/cancel"): "cancel",
    ("DELETE", "/v2/order/cancel"): "cancel",
    ("DELETE", "/v2/order/multi/cancel"): "cancel_all",
    ("POST", "/v3/order/gtt/place"): "gtt_place",
    ("PUT", "/v3/order/gtt/modify"): "gtt_modify",
    ("DELETE", "/v3/order/gtt/cancel"): "gtt_cancel",
    ("GET", "/v3/order/gtt"): "gtts",
    ("GET", "/v2/order/retrieve-all"): "orders",
    ("GET", "/v2/order/details"): "order",
    ("GET", "/v2/order/history"): "order_history",
    ("GET", "/v2/order/trades/get-trades-for-day"): "trades",
    ("GET", "/v2/order/trades"): "order_trades",
    ("GET", "/v2/market-quote/quotes"): "quote",
    ("GET", "/v3/market-quote/quotes"): "quote",
    ("GET", "/v2/market-quote/ltp"): "ltp",
    ("GET", "/v3/market-quote/ltp"): "ltp",
    ("GET", "/v2/market-quote/ohlc"): "ohlc",
    ("GET", "/v3/market-quote/ohlc"): "ohlc",
    ("GET", "/v3/market-quote/option-greek"): "option_chain",
    ("GET", "/v2/option/contract"): "option_chain",
    ("GET", "/v2/option/chain"): "option_chain",
    ("GET", "/v2/instruments/search"): "search",
    ("GET", streams.MARKET): "ticks",
    ("GET", streams.MARKET_SOCKET): "ticks",
    ("GET", streams.PORTFOLIO): "order_updates",
    ("GET", streams.PORTFOLIO_SOCKET): "order_updates",
}
PREFIXES = (
    ("/v3/login/auth/token/request/", "token"),
    ("/v3/historical-candle/", "candles"),
    ("/v2/historical-candle/", "candles"),
    ("/market-quote/instruments/", "instruments"),
    ("/v2/market/holidays", "holidays"),
    ("/v2/market/timings/", "holidays"),
    ("/v2/market/status/", "market_status"),
)


def call_of(method: str, path: str) -> str | None:
    known = CALLS.get((method, path))
    if known is not None:
        return known
    return next((call for prefix, call in PREFIXES if path.startswith(prefix)), None)
