"""Upstox's developer console in small, and the login without a browser of ours: a token asked for by the app,
approved by the client on his phone (here a page), and posted to the app's notifier address."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from mocks.brokers import login_page
from mocks.brokers.backoffice.accounts import LOOPBACK, App, Session
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import json_object
from mocks.brokers.upstox.desk import ANALYTICS, EXTENDED, Desk
from mocks.brokers.upstox.login import COLOUR
from mocks.brokers.upstox.webhooks import Webhooks
from mocks.brokers.upstox.wire import Problem

APPROVE = "/sandbox/approve"
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Asked:
    """A token that an app asked for and nobody has approved yet."""

    app: App
    expires_at: datetime


def routes(desk: Desk, webhooks: Webhooks) -> list[Route]:
    console = Console(desk, webhooks)
    return [
        desk.public("/v3/login/auth/token/request/{client_id}", console.ask, "POST"),
        desk.public(APPROVE, console.page, "GET"),
        desk.public(APPROVE, console.approve, "POST"),
        desk.public("/sandbox/app", console.change_app, "PUT"),
        desk.public("/sandbox/tokens", console.long_token, "POST"),
    ]


class Console:
    def __init__(self, desk: Desk, webhooks: Webhooks) -> None:
        self._desk, self._office, self._directory = desk, desk.office, desk.office.directory
        self._webhooks = webhooks
        self._asked: dict[str, Asked] = {}

    async def ask(self, request: Request) -> Response:
        body = await json_object(request)
        app = self._app(request.path_params["client_id"], body.get("client_secret"))
        if not app.notifier_url:
            raise Problem("UDAPI1123", "No notifier URL is configured for the app", "notifier_url")
        ends = self._office.profile.expiry(self._office.now())  # at 03:30, as the token itself would
        self._asked[secrets.token_hex(8)] = Asked(app, ends)
        epoch = str(int(ends.timestamp() * 1000))
        return wire.reply({"authorization_expiry": epoch, "notifier_url": app.notifier_url})

    def _app(self, client_id: Any, secret: Any) -> App:
        try:
            app = self._directory.app(str(client_id))
        except Refusal as no:
            raise Problem("UDAPI100069", "Check your 'client_id' and 'client_secret'") from no
        if secret != app.api_secret:
            raise Problem("UDAPI100069", "Check your 'client_id' and 'client_secret'")
        return app

    # the phone ----------------------------------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """The oldest request that waits."""
        waiting = [(mark, one) for mark, one in self._asked.items() if one.expires_at > self._office.now()]
        if not waiting:
            return HTMLResponse("<!doctype html><title>Upstox</title><p>No app asks for a login.</p>")
        mark, asked = waiting[0]
        return self._page(mark, asked)

    def _page(self, mark: str, asked: Asked, *, status: int = 200, error: str = "") -> Response:
        page = login_page.render(
            title="Upstox",
            colour=COLOUR,
            app_name=asked.app.name,
            action=APPROVE,
            hidden={"request": mark},
            user_ids=list(self._directory.users),
            error=error,
        )
        return HTMLResponse(page, status)

    async def approve(self, request: Request) -> Response:
        form = {
            name: values[0]
            for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()
        }
        mark = form.get("request") or next(iter(self._asked), "")
        asked = self._asked.get(mark)
        if asked is None or asked.expires_at <= self._office.now():
            raise Problem("UDAPI1157", "The request has expired")
        if form.get("decision") != "approve":
            del self._asked[mark]
            return HTMLResponse("<!doctype html><title>Upstox</title><p>Refused.</p>")
        try:
            user = self._directory.authenticate(
                form.get("user_id", "").strip(), form.get("password", ""), form.get("pin", "")
            )
        except Refusal as no:
            return self._page(mark, asked, status=401, error=no.message)
        del self._asked[mark]
        session = self._directory.open_session(user.user_id, asked.app.api_key)
        self._webhooks.post(asked.app.notifier_url, _notice(session))
        return HTMLResponse("<!doctype html><title>Upstox</title><p>Approved: the app has been told.</p>")

    # the console --------------------------------------------------------------------------------------------

    async def change_app(self, request: Request) -> Response:
        """Set the app's `postback_url` and `notifier_url`: loopback addresses, "" for none."""
        body = await json_object(request)
        app = self._app(body.get("client_id"), body.get("client_secret"))
        urls = {name: body[name] for name in ("postback_url", "notifier_url") if name in body}
        for name, url in urls.items():
            if not isinstance(url, str) or (url and not _loopback(url)):
                raise Problem("UDAPI100036", f"The {name} is no loopback address", name, url)
        app.postback_url = urls.get("postback_url", app.postback_url)
        app.notifier_url = urls.get("notifier_url", app.notifier_url)
        return wire.reply({"postback_url": app.postback_url, "notifier_url": app.notifier_url})

    async def long_token(self, request: Request) -> Response:
        """A token of a year that only reads: `kind` extended or analytics, for `user_id`."""
        body = await json_object(request)
        app = self._app(body.get("client_id"), body.get("client_secret"))
        kind = body.get("kind")
        if kind not in (EXTENDED, ANALYTICS):
            raise Problem("UDAPI100036", "The kind is extended or analytics", "kind", kind)
        ends = self._office.now() + YEAR
        session = self._directory.open_session(
            str(body.get("user_id")), app.api_key, scope=kind, expires_at=ends
        )
        return wire.reply({"access_token": session.access_token, "expires_at": _epoch(ends)})


def _notice(session: Session) -> dict[str, Any]:
    return {
        "client_id": session.api_key,
        "user_id": session.user_id,
        "access_token": session.access_token,
        "token_type": "Bearer",
        "expires_at": _epoch(session.expires_at),
        "issued_at": _epoch(session.created_at),
        "message_type": "access_token",
    }


def _epoch(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def _loopback(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK
