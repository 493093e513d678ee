"""The Mock broker's login: OAuth's code flow over a plain page."""

from __future__ import annotations

import hmac
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mocks.brokers import login_page
from mocks.brokers.backoffice.accounts import App
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.mock import inputs, wire
from mocks.brokers.server import json_reply

COLOUR = "#0f766e"


class Login:
    """GET /login shows the page, POST /login answers it with a redirect, POST /token trades the code."""

    def __init__(self, office: BackOffice) -> None:
        self._office = office

    def routes(self) -> list[Route]:
        return [
            Route("/login", self.page, methods=["GET"]),
            Route("/login", self.approve, methods=["POST"]),
            Route("/token", self.token, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        query = dict(request.query_params)
        return self._page(query, self._client(query))

    def _client(self, query: dict[str, str]) -> App:
        client = self._office.directory.app(query.get("client_id", ""))
        if not client.redirect_allowed(query.get("redirect_uri", "")):
            raise Refusal(Code.BAD_REDIRECT, "This redirect_uri is not registered for the app")
        return client

    def _page(self, query: dict[str, str], client: App, error: str = "") -> Response:
        hidden = {name: query.get(name, "") for name in ("client_id", "redirect_uri", "state")}
        page = login_page.render(
            title=self._office.profile.title,
            colour=COLOUR,
            app_name=client.name,
            action="/login",
            hidden=hidden,
            user_ids=list(self._office.directory.users),
            error=error,
        )
        return HTMLResponse(page, 401 if error else 200)

    async def approve(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        client = self._client(form)
        target, state = form["redirect_uri"], form.get("state", "")
        if form.get("decision") != "approve":
            return _redirect(target, {"error": "access_denied", "state": state})
        try:
            user = self._office.directory.authenticate(
                form.get("user_id", "").strip(), form.get("password", ""), form.get("pin", "")
            )
        except Refusal as no:
            return self._page(form, client, no.message)
        code = self._office.directory.issue_code(user.user_id, client.api_key, target)
        return _redirect(target, {"code": code, "state": state})

    async def token(self, request: Request) -> Response:
        asked = await inputs.read(request, inputs.TokenIn)
        client = self._office.directory.app(asked.client_id)
        if not hmac.compare_digest(client.api_secret.encode(), asked.client_secret.encode()):
            raise Refusal(Code.UNKNOWN_APP, "Wrong client_id or client_secret")
        user = self._office.directory.redeem_code(asked.code, client.api_key, asked.redirect_uri)
        session = self._office.directory.open_session(user.user_id, client.api_key)
        return json_reply(
            {
                "access_token": session.access_token,
                "token_type": "Bearer",
                "expires_at": wire.when(session.expires_at),
                "user_id": user.user_id,
            }
        )


def _redirect(target: str, params: dict[str, str]) -> Response:
    glue = "&" if "?" in target else "?"
    return RedirectResponse(target + glue + urlencode({k: v for k, v in params.items() if v}), 302)
