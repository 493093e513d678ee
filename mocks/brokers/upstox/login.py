"""Upstox's OAuth2 code flow: the dialog, the flat token answer, logout."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mocks.brokers import login_page
from mocks.brokers.backoffice.accounts import App, User
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.wire import Problem

DIALOG = "/v2/login/authorization/dialog"
COLOUR = "#5a298b"
KEPT: frozenset[str] = frozenset(
    {"client_id", "redirect_uri", "response_type", "state"}
)  # of the dialog's query


def routes(desk: Desk) -> list[Route]:
    login = Login(desk)
    return [
        desk.public(DIALOG, login.dialog, "GET"),
        desk.public(DIALOG, login.decide, "POST"),
        desk.public("/v2/login/authorization/token", login.token, "POST"),
        desk.route("/v2/logout", login.logout, "DELETE", Topic.ACCOUNT),
    ]


class Login:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._directory = desk, desk.office.directory

    async def dialog(self, request: Request) -> Response:
        query = dict(request.query_params)
        app = self._app(query)
        if query.get("response_type", "code") != "code":  # the official SDK leaves it out
            raise Problem(
                "UDAPI100068", "The response_type must be code", "response_type", query.get("response_type")
            )
        return self._page(app, query, status=200)

    def _app(self, query: dict[str, str]) -> App:
        """The app, if both key and redirect URI are its own."""
        try:
            app = self._directory.app(query.get("client_id", ""))
        except Refusal as no:
            raise Problem(
                "UDAPI100068", "Check your 'client_id' and 'redirect_uri'; one or both are incorrect"
            ) from no
        if not app.redirect_allowed(query.get("redirect_uri", "")):
            raise Problem(
                "UDAPI100068", "Check your 'client_id' and 'redirect_uri'; one or both are incorrect"
            )
        return app

    def _page(self, app: App, query: dict[str, str], *, status: int, error: str = "") -> Response:
        kept = {name: value for name, value in query.items() if name in KEPT}
        page = login_page.render(
            title="Upstox",
            colour=COLOUR,
            app_name=app.name,
            action=DIALOG,
            hidden=kept,
            user_ids=list(self._directory.users),
            error=error,
        )
        return HTMLResponse(page, status)

    async def decide(self, request: Request) -> Response:
        form = await _form(request)
        app = self._app(form)
        redirect = form["redirect_uri"]
        state = {"state": form["state"]} if form.get("state") else {}
        if form.get("decision") != "approve":
            return _redirect(redirect, {"error": "access_denied", **state})
        try:
            user = self._directory.authenticate(
                form.get("user_id", "").strip(), form.get("password", ""), form.get("pin", "")
            )
            code = self._directory.issue_code(user.user_id, app.api_key, redirect)
        except Refusal as no:
            return self._page(app, form, status=401, error=no.message)
        return _redirect(redirect, {"code": code, **state})

    async def token(self, request: Request) -> Response:
        """The code is spent whatever comes of it."""
        form = await _form(request)
        spent = self._directory.codes.pop(form.get("code", ""), None)
        try:
            app = self._directory.app(form.get("client_id", ""))
        except Refusal as no:
            raise Problem("UDAPI100069", "Check your 'client_id' and 'client_secret'") from no
        if form.get("client_secret") != app.api_secret:
            raise Problem("UDAPI100069", "Check your 'client_id' and 'client_secret'")
        if form.get("grant_type") != "authorization_code":
            raise Problem("UDAPI100036", "The grant_type is invalid", "grant_type", form.get("grant_type"))
        if spent is None or spent.api_key != app.api_key or spent.expires_at <= self._desk.office.now():
            raise Problem("UDAPI100057", "Invalid Auth code")
        if spent.redirect_url != form.get("redirect_uri"):
            raise Problem(
                "UDAPI100070", "The redirect_uri does not match", "redirect_uri", form.get("redirect_uri")
            )
        session = self._directory.open_session(spent.user_id, app.api_key)
        answer = {
            **profile(self._directory.user(spent.user_id)),
            "access_token": session.access_token,
            "extended_token": None,
        }
        return Response(
            orjson.dumps(answer), media_type="application/json"
        )  # flat: the one answer without envelope

    async def logout(self, request: Request, user_id: str) -> Response:
        self._directory.close_session(self._desk.bearer(request.scope))
        return wire.reply(True)


def profile(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "exchanges": ["NSE", "NFO", "BSE", "BFO"],
        "products": ["D", "I", "MTF"],
        "broker": "UPSTOX",
        "user_id": user.user_id,
        "user_name": user.name,
        "order_types": ["MARKET", "LIMIT", "SL", "SL-M"],
        "user_type": "individual",
        "poa": False,
        "is_active": True,
    }


async def _form(request: Request) -> dict[str, str]:
    """An urlencoded body; of a repeated field the first."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _redirect(url: str, extra: dict[str, str]) -> Response:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(extra))))
    return RedirectResponse(urlunsplit(parts._replace(query=query)), 302)
