"""Users and ready sessions, and the truth about an account past every fault: money, shares, orders, notes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mocks import seed
from mocks.brokers.backoffice.accounts import App, User
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Product
from mocks.brokers.mock import wire
from mocks.brokers.mock.conditionals import gtt_json
from mocks.brokers.server import json_reply
from mocks.control.world import Broker, Input, Problem, Routes, World, body, optional_paise, paise, whole

MOST_ORDERS = 500


class HoldingIn(Input):
    symbol: str
    quantity: int = Field(ge=0)
    average_price: Decimal | None = None
    t1_quantity: int = Field(default=0, ge=0)


class PositionIn(Input):
    symbol: str
    product: Product
    quantity: int
    price: Decimal | None = None


class UserIn(Input):
    broker: Broker
    user_id: str = Field(default="", max_length=20, pattern=r"^[A-Za-z0-9]*$")
    name: str = Field(default="Sandbox User", max_length=80)
    cash: Decimal = Decimal(100_000)
    holdings: list[HoldingIn] = Field(default_factory=list)
    positions: list[PositionIn] = Field(default_factory=list)
    ddpi: bool = True
    pan: str = Field(default="", pattern=r"^([A-Z]{5}[0-9]{4}[A-Z])?$")


class People:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Routes:
        return [
            ("GET", "/brokers", self.brokers),
            ("POST", "/users", self.create_user),
            ("GET", "/users/{broker}/{user_id}", self.truth),
            ("POST", "/sessions", self.create_session),
            ("GET", "/orders", self.orders),
        ]

    async def brokers(self, request: Request) -> Response:
        listed = []
        for name, office in self._world.offices.items():
            users = [self._credentials(office, user) for user in office.directory.users.values()]
            listed.append(
                {
                    "broker": name,
                    "title": office.profile.title,
                    "base_url": self._world.urls[name],
                    "down": self._world.faults.down(name),
                    "app": {"api_key": seed.DEMO_KEY, "api_secret": seed.DEMO_SECRET},
                    "users": users,
                }
            )
        return json_reply({"brokers": listed, "control_url": self._world.urls["control"]})

    async def create_user(self, request: Request) -> Response:
        asked = await body(request, UserIn)
        office = self._world.office(asked.broker)
        return json_reply(self._credentials(office, self._create(office, asked)), 201)

    async def create_session(self, request: Request) -> Response:
        asked = await body(request, UserIn)
        office = self._world.office(asked.broker)
        known = office.directory.users.get(asked.user_id)
        user = known or self._create(office, asked)
        app = seed.app_of(office, user)
        session = office.directory.open_session(user.user_id, app.api_key)
        answer = self._credentials(office, user) | {
            "access_token": session.access_token,
            "public_token": session.public_token,
            "expires_at": wire.when(session.expires_at),
        }
        return json_reply(answer, 201)

    def _create(self, office: BackOffice, asked: UserIn) -> User:
        if asked.user_id in office.directory.users:
            raise Problem(409, "user_exists", f"There is a user {asked.user_id} already", "user_id")
        return seed.create(
            office,
            seed.NewUser(
                name=asked.name,
                user_id=asked.user_id,
                cash=paise(asked.cash, "cash"),
                holdings=[
                    seed.Owned(one.symbol, one.quantity, optional_paise(one.average_price), one.t1_quantity)
                    for one in asked.holdings
                ],
                positions=[
                    seed.Carried(one.symbol, one.product, one.quantity, optional_paise(one.price))
                    for one in asked.positions
                ],
                ddpi=asked.ddpi,
                pan=asked.pan,
            ),
        )

    def _credentials(self, office: BackOffice, user: User) -> dict[str, Any]:
        app: App = seed.app_of(office, user)
        base_url = self._world.urls[office.profile.name]
        return {
            "broker": office.profile.name,
            "user_id": user.user_id,
            "name": user.name,
            "password": user.password,
            "pin": user.pin,
            "totp_secret": user.totp_secret,
            "pan": user.pan,
            "api_key": app.api_key,
            "api_secret": app.api_secret,
            "base_url": base_url,
            "ws_url": base_url.replace("http://", "ws://"),
        }

    async def truth(self, request: Request) -> Response:
        """What the back office knows, past every fault."""
        office, user_id = self._account(request)
        quote = self._world.exchange.quote
        ledger = office.ledger(user_id)
        fills = sorted(
            (one for order in ledger.orders.values() for one in order.fills), key=lambda one: one.at
        )
        return json_reply(
            {
                "user_id": user_id,
                "funds": wire.funds_json(office.funds(user_id)),
                "orders": [
                    wire.order_json(order)
                    | {"stage": order.stage.value, "history": [wire.row_json(row) for row in order.history]}
                    for order in ledger.orders.values()
                ],
                "trades": [wire.fill_json(fill) for fill in fills],
                "holdings": [
                    wire.holding_json(one, quote(one.key), ledger.waiting(one.isin))
                    for one in ledger.holdings.values()
                ],
                "positions": [wire.position_json(one, quote(one.key)) for one in office.positions(user_id)],
                "gtts": [gtt_json(one) for one in office.conditionals.list(user_id)],
            }
        )

    async def orders(self, request: Request) -> Response:
        """The newest orders of everybody, newest first."""
        most = whole(request, "limit", 50, 1, MOST_ORDERS)
        rows = [
            (
                order.updated_at or order.received_at,
                {"broker": name, "user_id": user_id} | wire.order_json(order),
            )
            for name, office in self._world.offices.items()
            for user_id in office.directory.users
            for order in list(office.ledger(user_id).orders.values())[-most:]
        ]
        rows.sort(key=lambda row: row[0], reverse=True)
        return json_reply({"orders": [row for _, row in rows[:most]]})

    def _account(self, request: Request) -> tuple[BackOffice, str]:
        return self._world.office(request.path_params["broker"]), request.path_params["user_id"]
