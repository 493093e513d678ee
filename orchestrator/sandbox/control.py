"""The simulated outside world that an installation was pointed at (ADR 0006): its control API, asked for a person."""

from __future__ import annotations

from typing import Any

import httpx
import orjson

from adapters.http import tls
from orchestrator.errors import Problem

ANSWER = 20.0  # seconds: a clock that is put forward far answers late
NOT_JSON = "the sandbox does not answer as a sandbox does"


class SandboxControl:
    """`url`: where `python -m mocks` answers. Without one, every call is refused with words."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = url
        self._http = httpx.AsyncClient(
            base_url=url, timeout=ANSWER, trust_env=False, verify=tls(), transport=transport
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: str | int) -> Any:
        return await self._ask("GET", path, query=query)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return await self._ask("POST", path, body=body or {})

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        return await self._ask("PATCH", path, body=body)

    async def delete(self, path: str, **query: str | int) -> Any:
        return await self._ask("DELETE", path, query=query)

    async def _ask(
        self, method: str, path: str, *, query: dict[str, str | int] | None = None, body: Any = None
    ) -> Any:
        """Raises Problem: 404 without a sandbox, 503 when it does not answer, else what it says itself."""
        if not self.url:
            raise Problem(
                404,
                "no_sandbox",
                "this installation is connected to real brokers, not to a sandbox",
                fix="start the demo, or set TRADEMASTER_SANDBOX_URL on paper",
            )
        try:
            answer = await self._http.request(method, path, params=query, json=body)
            told = orjson.loads(answer.content) if answer.content else None
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            raise Problem(503, "sandbox_unreachable", "the sandbox does not answer") from error
        if answer.is_success:
            return told
        no = told.get("error") if isinstance(told, dict) else None
        if not isinstance(no, dict) or not 400 <= answer.status_code < 500:
            raise Problem(503, "sandbox_unreachable", NOT_JSON)
        raise Problem(answer.status_code, str(no.get("code")), str(no.get("message")), field=no.get("field"))
