"""Kite's login: the page, the request token on the redirect, the checksum, logout."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mocks.brokers import login_page
from mocks.brokers.backoffice.accounts import App, Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.kite.reply import TOKEN, KiteError, bad_input, form, stamp, success
from mocks.brokers.kite.user import person

PAGE = "/connect/login"
KEPT = ("api_key", "v", "redirect_params", "redirect_url")


class LoginPages:
    def __init__(self, office: BackOffice) -> None:
        self._office = office

    async def page(self, request: Request) -> Response:
        query = dict(request.query_params)
        return self._render(query, self._app(query))

    def _app(self, fields: dict[str, str]) -> App:
        """The app that asks. An app without a registered URL (the well-known sandbox app) names a loopback one in
        `redirect_url`, which the real Kite does not have."""
        app = self._office.directory.apps.get(fields.get("api_key", ""))
        if app is None:
            raise bad_input("Invalid `api_key`.")
        if not app.redirect_url and not app.redirect_allowed(fields.get("redirect_url", "")):
            raise bad_input("This app has no redirect URL: name a loopback one in `redirect_url`.")
        return app

    def _render(self, fields: dict[str, str], app: App, error: str = "") -> Response:
        page = login_page.render(
            title="Kite",
            colour="#387ed1",
            app_name=app.name,
            action=PAGE,
            hidden={name: fields[name] for name in KEPT if name in fields},
            user_ids=[app.user_id] if app.user_id else list(self._office.directory.users),
            error=error,
        )
        return HTMLResponse(page)

    async def decide(self, request: Request) -> Response:
        fields = await form(request)
        app = self._app(fields)
        echoed = parse_qsl(fields.get("redirect_params", ""))
        target = app.redirect_url or fields["redirect_url"]
        joint = "&" if "?" in target else "?"
        if fields.get("decision") == "deny":
            query = urlencode([("action", "login"), ("status", "cancelled"), *echoed])
            return RedirectResponse(f"{target}{joint}{query}", 302)
        try:
            user = self._office.directory.authenticate(
                fields.get("user_id", ""), fields.get("password", ""), fields.get("pin", "")
            )
            token = self._office.directory.issue_code(user.user_id, app.api_key, target)
        except Refusal as no:
            return self._render(fields, app, no.message)
        query = urlencode(
            [("action", "login"), ("type", "login"), ("status", "success"), ("request_token", token), *echoed]
        )
        return RedirectResponse(f"{target}{joint}{query}", 302)

    # --- tokens

    async def token(self, request: Request) -> Response:
        """request token + checksum -> access token."""
        fields = await form(request)
        app = self._checked(fields, "request_token")
        user = self._office.directory.redeem_code(fields["request_token"], app.api_key)
        session = self._office.directory.open_session(user.user_id, app.api_key)
        return success(self._opened(session))

    def _checked(self, fields: dict[str, str], name: str) -> App:
        for needed in ("api_key", name, "checksum"):
            if not fields.get(needed):
                raise bad_input(f"Missing or empty field `{needed}`")
        app = self._office.directory.apps.get(fields["api_key"])
        if app is None:
            raise KiteError(403, TOKEN, "Invalid `api_key`.")
        expected = hashlib.sha256(f"{app.api_key}{fields[name]}{app.api_secret}".encode()).hexdigest()
        if not hmac.compare_digest(expected, fields["checksum"].lower()):
            raise KiteError(403, TOKEN, "Invalid `checksum`.")
        return app

    def _opened(self, session: Session) -> dict[str, Any]:
        return person(self._office.directory.user(session.user_id)) | {
            "api_key": session.api_key,
            "access_token": session.access_token,
            "public_token": session.public_token,
            "enctoken": secrets.token_urlsafe(32),
            "refresh_token": session.refresh_token,
            "silo": "",
            "login_time": stamp(session.created_at),
        }

    async def refresh(self, request: Request) -> Response:
        """A new access token for a refresh token, which only approved platforms get."""
        fields = await form(request)
        app = self._checked(fields, "refresh_token")
        session = self._refreshable(fields["refresh_token"], app.api_key)
        fresh = self._office.directory.open_session(session.user_id, app.api_key, refresh=True)
        self._office.directory.close_session(session.access_token)
        return success(self._opened(fresh))

    def _refreshable(self, refresh_token: str, api_key: str) -> Session:
        """The session of a refresh token. Raises 403 TokenException."""
        for session in self._office.directory.sessions.values():
            if refresh_token and session.refresh_token == refresh_token and session.api_key == api_key:
                return session
        raise Refusal(Code.BAD_CODE, "Invalid `refresh_token`.")

    async def logout(self, request: Request) -> Response:
        """Ends an access token, or what a refresh token could still renew."""
        query = request.query_params
        key = query.get("api_key", "")
        if "refresh_token" in query:
            self._refreshable(query["refresh_token"], key).refresh_token = ""
            return success(True)
        session = self._office.directory.session(query.get("access_token", ""))
        if session.api_key != key:
            raise Refusal(Code.NO_SESSION, "Incorrect `api_key` or `access_token`.")
        self._office.directory.close_session(session.access_token)
        return success(True)
