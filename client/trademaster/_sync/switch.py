# Made from _async/switch.py by `make client`; do not edit.
"""The kill switch."""

from __future__ import annotations

from trademaster._sync.http import HTTP
from trademaster.models import KillIn, KillOut


class Kill:
    """`client.kill`. Releasing it takes a person's login."""

    def __init__(self, http: HTTP) -> None:
        self._http = http

    def get(self) -> KillOut:
        """Whether it is on, and what is proven flat."""
        return self._http.get("/v1/kill-switch", KillOut)

    def engage(self, body: KillIn) -> KillOut:
        """Stop: no new risk, and as `depth` says also cancel and flatten. Sent once; engaging twice does no harm."""
        return self._http.send("POST", "/v1/kill-switch", KillOut, body)
