"""API clients of a broker: registered or changed as on its developers' page."""

from __future__ import annotations

from dataclasses import asdict, replace
from urllib.parse import urlsplit

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mocks import seed
from mocks.brokers.backoffice.accounts import LOOPBACK, App
from mocks.brokers.server import json_reply
from mocks.control.world import Input, Problem, Routes, World, body

URLS = ("redirect_url", "postback_url", "notifier_url")


class AppIn(Input):
    """What is left out stays as it is, or takes the usual value in a new app."""

    api_secret: str | None = Field(default=None, min_length=1, max_length=80)
    name: str | None = Field(default=None, max_length=80)
    redirect_url: str | None = None
    user_id: str | None = None
    data: bool | None = None
    postback_url: str | None = None
    notifier_url: str | None = None


class Apps:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Routes:
        return [("PUT", "/apps/{broker}/{api_key}", self.register)]

    async def register(self, request: Request) -> Response:
        """Addresses are loopback ones or "" for none; a `user_id` makes the app that user's alone."""
        office, api_key = self._world.office(request.path_params["broker"]), request.path_params["api_key"]
        asked = {name: value for name, value in await body(request, AppIn) if value is not None}
        for name in URLS:
            if asked.get(name) and urlsplit(asked[name]).hostname not in LOOPBACK:
                raise Problem(422, "bad_input", f"{name} must be an address of this machine", name)
        if asked.get("user_id"):
            office.directory.user(asked["user_id"])
        known = office.directory.apps.get(api_key) or App(api_key, seed.DEMO_SECRET)
        return json_reply(asdict(office.add_app(replace(known, **asked))))
