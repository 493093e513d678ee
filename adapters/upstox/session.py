"""How an Upstox session begins: the OAuth2 code flow with its flat token answer, and when the session ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request

from adapters import http
from adapters.broker import Credentials, Endpoints, Session
from adapters.upstox import wire
from adapters.upstox.terms import TERMS
from domain.calendar import IST
from domain.errors import BrokerRejected

DIALOG_PATH = "/v2/login/authorization/dialog"
TOKEN_PATH = "/v2/login/authorization/token"
LOGOUT_PATH = "/v2/logout"


class UpstoxLogin:
    """The redirect login. Every account brings its own app; the code is single use, even when the exchange fails."""

    def url(self, credentials: Credentials, endpoints: Endpoints, *, redirect_uri: str, state: str) -> str:
        """The dialog's address. `redirect_uri` must be the app's, to the letter."""
        return str(
            prepare_grant_uri(
                f"{endpoints.login}{DIALOG_PATH}",
                client_id=credentials["api_key"],
                response_type="code",
                redirect_uri=redirect_uri,
                state=state,
            )
        )

    async def session(
        self,
        credentials: Credentials,
        endpoints: Endpoints,
        *,
        answer: Mapping[str, str],
        redirect_uri: str,
        now: datetime,
    ) -> Session:
        """Trade the redirect's `code` for a token, once. Raises as `adapters.broker.Login.session` says."""
        code = answer.get("code", "").strip()
        if not code:
            said = answer.get("error_description") or answer.get("error")
            raise BrokerRejected(said or "Upstox sent no login code: the login was not approved")
        body = prepare_token_request(
            "authorization_code",
            code=code,
            client_id=credentials["api_key"],
            client_secret=credentials["api_secret"],
            redirect_uri=redirect_uri,
        )
        async with http.client(endpoints.rest, via=endpoints) as client:
            request = client.build_request(
                "POST",
                TOKEN_PATH,
                content=body,
                headers={"Content-Type": "application/x-www-form-urlencoded", "Api-Version": "2.0"},
            )
            reply = await http.send_write(client, request)
        token, user_id = wire.token(reply.status_code, reply.content)
        return Session(
            access_token=token,
            broker_user_id=user_id,
            expires_at=session_end(now),
            api_key=credentials["api_key"],
            algo_name=credentials.get("algo_name", "").strip(),
        )

    async def end(self, session: Session, endpoints: Endpoints) -> None:
        """Ends the token, wherever else it is used."""
        headers = {"Authorization": f"Bearer {session.access_token}"}
        async with http.client(endpoints.rest, via=endpoints, headers=headers) as client:
            reply = await http.send_write(client, client.build_request("DELETE", LOGOUT_PATH))
        wire.logged_out(reply.status_code, reply.content)


def session_end(now: datetime) -> datetime:
    """The next 03:30 IST after `now` (aware): 20:00 ends tomorrow, 02:30 ends in an hour."""
    local = now.astimezone(IST)
    end = local.replace(
        hour=TERMS.session_ends_at.hour, minute=TERMS.session_ends_at.minute, second=0, microsecond=0
    )
    return end if local < end else end + timedelta(days=1)
