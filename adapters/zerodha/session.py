"""Kite Connect's login: a redirect to Zerodha, then a request token traded for a day's access token.

It only resembles OAuth: the proof of the app is SHA-256 over key, request token and secret, and the one place for
our `state` is `redirect_params`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from adapters import http
from adapters.broker import Credentials, Endpoints, Session
from adapters.zerodha import wire
from adapters.zerodha.terms import TERMS
from domain.calendar import IST
from domain.errors import BrokerRejected, OutcomeUnknown, SessionExpired


def session_end(now: datetime) -> datetime:
    """The next 06:00 IST after `now` (aware)."""
    local = now.astimezone(IST)
    end = datetime.combine(local.date(), TERMS.session_ends_at, IST)
    return end if end > local else end + timedelta(days=1)


class KiteLogin:
    """The redirect goes to the one URL registered with the app; `redirect_uri` is not ours to choose per login."""

    def url(self, credentials: Credentials, endpoints: Endpoints, *, redirect_uri: str, state: str) -> str:
        # Kite redirects to the URL registered with the app and does not read `redirect_url`; an app that was
        # registered without one (the sandbox's) comes back there.
        query = {
            "v": "3",
            "api_key": credentials["api_key"],
            "redirect_params": urlencode({"state": state}),
            "redirect_url": redirect_uri,
        }
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
        """Raises BrokerRejected for a cancelled login, wrong keys or a used or stale request token."""
        request_token = answer.get("request_token", "")
        if not request_token or answer.get("status", "success") != "success":
            raise BrokerRejected(answer.get("message") or "the login at Zerodha was not completed")
        key, secret = credentials["api_key"], credentials["api_secret"]
        checksum = hashlib.sha256(f"{key}{request_token}{secret}".encode()).hexdigest()
        form = {"api_key": key, "request_token": request_token, "checksum": checksum}
        async with http.client(endpoints.rest, via=endpoints, headers=wire.VERSION) as client:
            # The request token works once, so this is sent like a write.
            response = await http.send_write(
                client, client.build_request("POST", "/session/token", data=form)
            )
        try:
            data = wire.write_answer(response.status_code, response.content)
        except (
            SessionExpired
        ) as refusal:  # here 403 TokenException speaks of the request token, not of a session
            raise BrokerRejected(refusal.words, code=refusal.code) from refusal
        try:
            token, user = str(data["access_token"]), str(data["user_id"])
        except (KeyError, TypeError) as error:
            raise OutcomeUnknown("Zerodha answered the login without a token") from error
        return Session(
            access_token=token,
            broker_user_id=user,
            expires_at=session_end(now),
            api_key=key,
            algo_name=credentials.get("algo_id", "").strip(),
        )

    async def end(self, session: Session, endpoints: Endpoints) -> None:
        """Of this app alone: Kite on the web and the phone stay logged in. Kite wants the token in the query."""
        query = {"api_key": session.api_key, "access_token": session.access_token}
        headers = {**wire.VERSION, "Authorization": f"token {session.api_key}:{session.access_token}"}
        async with http.client(endpoints.rest, via=endpoints, headers=headers) as client:
            request = client.build_request("DELETE", "/session/token", params=query)
            response = await http.send_write(client, request)
        wire.write_answer(response.status_code, response.content)
