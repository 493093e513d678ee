"""The Mock broker's login: OAuth's code flow. A page, a code back with our `state`, the code traded for a token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from adapters import http
from adapters.broker import Credentials, Endpoints, Session
from adapters.mock import wire
from domain.errors import BrokerRejected, OutcomeUnknown

NO_CONTENT = 204


class MockLogin:
    def url(self, credentials: Credentials, endpoints: Endpoints, *, redirect_uri: str, state: str) -> str:
        query = {"client_id": credentials["api_key"], "redirect_uri": redirect_uri, "state": state}
        return f"{endpoints.login}?{urlencode(query)}"

    async def session(
        self,
        credentials: Credentials,
        endpoints: Endpoints,
        *,
        answer: Mapping[str, str],
        redirect_uri: str,
        now: datetime,
    ) -> Session:
        """Raises BrokerRejected for a denied login, wrong keys or a used or stale code."""
        code = answer.get("code", "")
        if not code:
            raise BrokerRejected("the login at Mock Broker was not approved", code=answer.get("error"))
        body = {
            "grant_type": "authorization_code",
            "client_id": credentials["api_key"],
            "client_secret": credentials["api_secret"],
            "code": code,
            "redirect_uri": redirect_uri,
        }
        async with http.client(endpoints.rest, via=endpoints) as client:
            # The code works once, so this is sent like a write.
            response = await http.send_write(client, client.build_request("POST", "/token", json=body))
        data = wire.write_answer(response.status_code, response.content)
        try:
            return Session(
                access_token=str(data["access_token"]),
                broker_user_id=str(data["user_id"]),
                expires_at=wire.moment(data["expires_at"]),
                api_key=credentials["api_key"],
            )
        except (KeyError, ValueError) as error:
            raise OutcomeUnknown(f"unreadable answer to the login: {error!r}") from error

    async def end(self, session: Session, endpoints: Endpoints) -> None:
        headers = {"Authorization": f"Bearer {session.access_token}"}
        async with http.client(endpoints.rest, via=endpoints, headers=headers) as client:
            response = await http.send_write(client, client.build_request("DELETE", "/token"))
        if response.status_code != NO_CONTENT:
            wire.write_answer(response.status_code, response.content)
