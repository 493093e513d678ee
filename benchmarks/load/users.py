"""The locust file: active users who look at their pages and place orders, all the time.

Run by `make load` in a process of its own, because locust changes how sockets work in its whole process. LOAD_PEOPLE
names the file of who there is, LOAD_RESULT the one for what became of it. Users come one after the other, each as the
next person of the file.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, events, task
from locust.env import Environment

SYMBOLS = ("INFY", "TCS", "RELIANCE", "HDFCBANK", "ICICIBANK", "SBIN", "ITC", "LT")
QUOTED = ",".join(f"NSE:{symbol}" for symbol in SYMBOLS)
ATTEMPTS = 5  # of one order with one key, when its answer did not come
PEOPLE: list[dict[str, Any]] = json.loads(Path(os.environ["LOAD_PEOPLE"]).read_text())

_next = itertools.count()
made: dict[str, dict[str, str]] = {}  # order ids of each account, by the keys that made them
refused: dict[str, list[str]] = {}
unanswered: dict[str, list[str]] = {}
problems: Counter[str] = Counter()  # route, status and code of every answer that is no success


class Active(FastHttpUser):
    """Does something every two seconds; one time in ten an order."""

    wait_time = between(1, 3)
    host = "http://127.0.0.1"  # each has a URL of their own

    def on_start(self) -> None:
        self.number = next(_next)
        self.person = PEOPLE[self.number % len(PEOPLE)]
        self.orders = itertools.count()
        self.token = {"Authorization": f"Bearer {self.person['token']}"}

    @task(5)
    def portfolio(self) -> None:
        self._look("/v1/portfolio")

    @task(4)
    def order_book(self) -> None:
        self._look("/v1/orders?limit=50")

    @task(4)
    def quotes(self) -> None:
        self._look(f"/v1/quotes?symbols={QUOTED}")

    @task(2)
    def accounts(self) -> None:
        self._look("/v1/accounts")

    @task(1)
    def watchlists(self) -> None:
        self._look("/v1/watchlists")

    @task(1)
    def attention(self) -> None:
        self._look("/v1/attention")

    @task(1)
    def preview(self) -> None:
        self._ask("POST", "/v1/orders/preview", json=self._order())

    @task(2)
    def place(self) -> None:
        """What is not answered is asked again with its key: that makes one order, however often."""
        account, body = self.person["account"], self._order()
        key = f"load-{self.number}-{next(self.orders)}"
        for _ in range(ATTEMPTS):
            status, answer = self._ask("POST", "/v1/orders", json=body, key=key)
            if status in (200, 201):
                made.setdefault(account, {})[key] = answer["id"]
                return
            if 400 <= status < 500:
                refused.setdefault(account, []).append(key)
                return
        unanswered.setdefault(account, []).append(key)

    def _order(self) -> dict[str, Any]:
        return {
            "exchange": "NSE",
            "symbol": random.choice(SYMBOLS),
            "side": "BUY",
            "order_type": "MARKET",
            "quantity": random.randint(1, 3),
            "product": "MIS",
            "validity": "DAY",
            "account": self.person["account"],
        }

    def _look(self, path: str) -> None:
        self._ask("GET", path)

    def _ask(self, method: str, path: str, *, json: Any = None, key: str = "") -> tuple[int, Any]:
        """Status (0: no answer came) and JSON."""
        route = f"{method} {path.partition('?')[0]}"
        headers = self.token | ({"Idempotency-Key": key} if key else {})
        with self.client.request(
            method, f"{self.person['url']}{path}", name=route, json=json, headers=headers, catch_response=True
        ) as response:
            status = int(response.status_code or 0)
            answer = _json(response.text or "")
            if 200 <= status < 300:
                response.success()
            else:
                code = answer.get("code", "") if isinstance(answer, dict) else ""
                told = f"{route} {status or 'no answer'} {code or response.error or ''}".rstrip()
                problems[told] += 1
                response.failure(told)
        return status, answer


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _write(environment: Environment, **_: Any) -> None:
    routes = {
        entry.name: {
            "asked": entry.num_requests,
            "failed": entry.num_failures,
            **{f"p{share}": entry.get_response_time_percentile(share / 100) for share in (50, 95, 99)},
            "most": round(entry.max_response_time),
        }
        for entry in environment.stats.entries.values()
    }
    told = {
        "routes": routes,
        "problems": problems,
        "made": made,
        "refused": refused,
        "unanswered": unanswered,
    }
    Path(os.environ["LOAD_RESULT"]).write_text(json.dumps(told))


events.quitting.add_listener(_write)  # type: ignore[no-untyped-call]
