# Made from _async/watching.py by `make client`; do not edit.
"""Watchlists, price alerts, notices, and what needs a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from trademaster._sync.http import HTTP
from trademaster.models import (
    AlertIn,
    AlertOut,
    AlertPatch,
    AlertsOut,
    AttentionOut,
    NoticeOut,
    NoticePage,
    SymbolsIn,
    WatchlistDetail,
    WatchlistIn,
    WatchlistOut,
    WatchlistsOut,
)


class Watchlists:
    """`client.watchlists`."""

    def __init__(self, http: HTTP) -> None:
        self._http = http

    def all(self) -> WatchlistsOut:
        return self._http.get("/v1/watchlists", WatchlistsOut)

    def get(self, list_id: str) -> WatchlistDetail:
        """With the prices of its instruments."""
        return self._http.get(f"/v1/watchlists/{quote(list_id, safe='')}", WatchlistDetail)

    def make(self, body: WatchlistIn) -> WatchlistOut:
        return self._http.send("POST", "/v1/watchlists", WatchlistOut, body)

    def add(self, list_id: str, symbols: Sequence[str]) -> WatchlistOut:
        path = f"/v1/watchlists/{quote(list_id, safe='')}/symbols"
        return self._http.send("POST", path, WatchlistOut, SymbolsIn(symbols=list(symbols)))

    def take_out(self, list_id: str, symbol: str) -> WatchlistOut:
        path = f"/v1/watchlists/{quote(list_id, safe='')}/symbols/{quote(symbol, safe='')}"
        return self._http.send("DELETE", path, WatchlistOut)

    def remove(self, list_id: str) -> None:
        self._http.send("DELETE", f"/v1/watchlists/{quote(list_id, safe='')}", type(None))


class Alerts:
    """`client.alerts`: on prices, and what was told."""

    def __init__(self, http: HTTP) -> None:
        self._http = http

    def all(self, *, state: str | None = None) -> AlertsOut:
        return self._http.get("/v1/alerts", AlertsOut, state=state)

    def get(self, alert_id: str) -> AlertOut:
        return self._http.get(f"/v1/alerts/{quote(alert_id, safe='')}", AlertOut)

    def make(self, body: AlertIn) -> AlertOut:
        return self._http.send("POST", "/v1/alerts", AlertOut, body)

    def change(self, alert_id: str, body: AlertPatch) -> AlertOut:
        return self._http.send("PATCH", f"/v1/alerts/{quote(alert_id, safe='')}", AlertOut, body)

    def remove(self, alert_id: str) -> None:
        self._http.send("DELETE", f"/v1/alerts/{quote(alert_id, safe='')}", type(None))

    def notices(self, *, limit: int = 100) -> Iterator[NoticeOut]:
        """What was told, newest first, page by page."""
        before: str | None = None
        while True:
            page = self._http.get("/v1/notices", NoticePage, before=before, limit=limit)
            for one in page.items:
                yield one
            before = page.next
            if before is None:
                return

    def attention(self) -> AttentionOut:
        """What needs a person now."""
        return self._http.get("/v1/attention", AttentionOut)
