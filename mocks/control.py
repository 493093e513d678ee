"""The sandbox's control API: users, ready sessions, the truth about an account, faults, prices, the day's end.

JSON; money and prices as decimal strings in rupees. Answers 4xx {"error": {"code", "message", "field"}} when asked
for something that cannot be.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks import seed
from mocks.brokers.backoffice.accounts import App, User
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Product
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.faults import BadRule, Fault, FaultPlan, Rule
from mocks.brokers.mock import inputs, wire
from mocks.brokers.server import json_reply, no_such_call

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

Broker = Literal["kite", "upstox", "groww", "mock"]
NOT_FOUND = frozenset({Code.UNKNOWN_USER, Code.UNKNOWN_INSTRUMENT})


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


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
    holdings: list[HoldingIn] = []
    positions: list[PositionIn] = []
    ddpi: bool = True
    pan: str = Field(default="", pattern=r"^([A-Z]{5}[0-9]{4}[A-Z])?$")


class FaultIn(Input):
    broker: Broker
    fault: Fault
    call: str | None = None
    account: str | None = None
    times: int | None = None
    after: int = 0
    seconds: float | None = None
    probability: float = 1.0
    seed: int = 0
    id: str = ""


class PricesIn(Input):
    prices: dict[str, Decimal] = Field(min_length=1)


class FlowIn(Input):
    enabled: bool


class Problem(Exception):
    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message} | ({"field": field} if field else {})


Body = TypeVar("Body", bound=BaseModel)


class Control:
    def __init__(
        self,
        exchange: Exchange,
        offices: Mapping[str, BackOffice],
        faults: FaultPlan,
        urls: Mapping[str, str],
        *,
        flow: bool = True,
    ) -> None:
        self._exchange = exchange
        self._offices = offices
        self._faults = faults
        self._urls = urls
        self._flow = flow

    def app(self) -> Starlette:
        routes: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "/health", self.health),
            ("GET", "/brokers", self.brokers),
            ("POST", "/users", self.create_user),
            ("GET", "/users/{broker}/{user_id}", self.truth),
            ("POST", "/sessions", self.create_session),
            ("GET", "/faults", self.list_faults),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("GET", "/faults/log", self.fault_log),
            ("DELETE", "/faults/{rule_id}", self.remove_fault),
            ("GET", "/prices", self.show_prices),
            ("POST", "/prices", self.set_prices),
            ("POST", "/flow", self.set_flow),
            ("POST", "/settle", self.settle),
            ("POST", "/reset", self.reset),
        ]
        return Starlette(
            routes=[Route(path, endpoint, methods=[method]) for method, path, endpoint in routes],
            exception_handlers={
                Problem: _problem,
                Refusal: _refused,
                BadRule: _bad_rule,
                HTTPException: no_such_call,
            },
        )

    async def health(self, request: Request) -> Response:
        return json_reply({"status": "ok", "time": self._exchange.now, "flow": self._flow})

    async def brokers(self, request: Request) -> Response:
        listed = []
        for name, office in self._offices.items():
            users = [self._credentials(office, user) for user in office.directory.users.values()]
            listed.append(
                {
                    "broker": name,
                    "title": office.profile.title,
                    "base_url": self._urls[name],
                    "down": self._faults.down(name),
                    "app": {"api_key": seed.DEMO_KEY, "api_secret": seed.DEMO_SECRET},
                    "users": users,
                }
            )
        return json_reply({"brokers": listed, "control_url": self._urls["control"]})

    # users and sessions -----------------------------------------------------------------------------------

    async def create_user(self, request: Request) -> Response:
        asked = await _body(request, UserIn)
        office = self._offices[asked.broker]
        return json_reply(self._credentials(office, self._create(office, asked)), 201)

    async def create_session(self, request: Request) -> Response:
        asked = await _body(request, UserIn)
        office = self._offices[asked.broker]
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
                cash=_paise(asked.cash, "cash"),
                holdings=[
                    seed.Owned(one.symbol, one.quantity, _optional_paise(one.average_price), one.t1_quantity)
                    for one in asked.holdings
                ],
                positions=[
                    seed.Carried(one.symbol, one.product, one.quantity, _optional_paise(one.price))
                    for one in asked.positions
                ],
                ddpi=asked.ddpi,
                pan=asked.pan,
            ),
        )

    def _credentials(self, office: BackOffice, user: User) -> dict[str, Any]:
        app: App = seed.app_of(office, user)
        base_url = self._urls[office.profile.name]
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
        office = self._office(request.path_params["broker"])
        user_id = request.path_params["user_id"]
        quote = self._exchange.quote
        ledger = office.ledger(user_id)
        orders = office.orders(user_id)
        return json_reply(
            {
                "user_id": user_id,
                "funds": wire.funds_json(office.funds(user_id)),
                "orders": [
                    wire.order_json(order)
                    | {"stage": order.stage.value, "history": [wire.row_json(row) for row in order.history]}
                    for order in orders
                ],
                "trades": [wire.fill_json(fill) for fill in office.trades(user_id)],
                "holdings": [
                    wire.holding_json(one, quote(one.key), ledger.waiting(one.isin))
                    for one in ledger.holdings.values()
                ],
                "positions": [wire.position_json(one, quote(one.key)) for one in office.positions(user_id)],
            }
        )

    def _office(self, broker: str) -> BackOffice:
        found = self._offices.get(broker)
        if found is None:
            raise Problem(404, "unknown_broker", f"Unknown broker {broker}", "broker")
        return found

    # faults -----------------------------------------------------------------------------------------------

    async def list_faults(self, request: Request) -> Response:
        return json_reply({"faults": [_rule(rule) for rule in self._faults.rules.values()]})

    async def add_fault(self, request: Request) -> Response:
        asked = await _body(request, FaultIn)
        return json_reply(_rule(self._faults.add(Rule(**asked.model_dump()))), 201)

    async def remove_fault(self, request: Request) -> Response:
        rule_id = request.path_params["rule_id"]
        if not self._faults.remove(rule_id):
            raise Problem(404, "unknown_fault", f"There is no fault {rule_id} in force")
        return Response(status_code=204)

    async def clear_faults(self, request: Request) -> Response:
        broker = request.query_params.get("broker")
        return json_reply({"removed": self._faults.clear(broker)})

    async def fault_log(self, request: Request) -> Response:
        lines = [
            {
                "at": line.at.isoformat(timespec="milliseconds"),
                "rule": line.rule,
                "broker": line.broker,
                "fault": line.fault,
                "call": line.call,
                "account": line.account,
                "n": line.n,
            }
            for line in self._faults.log
        ]
        return json_reply({"log": lines})

    # the market and the day -------------------------------------------------------------------------------

    async def show_prices(self, request: Request) -> Response:
        keys = [key for key in request.query_params.get("symbols", "").split(",") if key]
        unknown = [key for key in keys if key not in self._exchange.instruments]
        if unknown or not keys:
            raise Problem(
                404 if unknown else 422, "unknown_instrument", f"Unknown symbols: {unknown}", "symbols"
            )
        return json_reply({"quotes": [wire.quote_json(self._exchange.quote(key)) for key in keys]})

    async def set_prices(self, request: Request) -> Response:
        asked = await _body(request, PricesIn)
        for key, price in asked.prices.items():
            try:
                self._exchange.set_price(key, _paise(price, key))
            except KeyError as unknown:
                raise Problem(
                    404, "unknown_instrument", f"Unknown or untradable symbol {key}", key
                ) from unknown
            except ValueError as bad:
                raise Problem(422, "bad_price", self._allowed(key), key) from bad
        return json_reply(
            {"prices": {key: wire.money(self._exchange.quote(key).last_price) for key in asked.prices}}
        )

    def _allowed(self, key: str) -> str:
        instrument = self._exchange.instruments[key]
        low, high = instrument.band or (instrument.tick, 0)
        until = f" to {wire.money(high)}" if high else ""
        return f"{key} trades from {wire.money(low)}{until} in steps of {wire.money(instrument.tick)}"

    async def set_flow(self, request: Request) -> Response:
        asked = await _body(request, FlowIn)
        self._flow = asked.enabled
        self._exchange.set_flow(asked.enabled)
        return json_reply({"flow": asked.enabled})

    async def settle(self, request: Request) -> Response:
        for office in self._offices.values():
            office.settle()
        return json_reply({"settled": list(self._offices)})

    async def reset(self, request: Request) -> Response:
        """Back to the demo users: faults, sessions, orders and every other user go."""
        self._faults.clear()
        self._faults.log.clear()
        for office in self._offices.values():
            office.reset()
            seed.demo(office)
        return json_reply({"reset": list(self._offices)})


async def _body(request: Request, model: type[Body]) -> Body:
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except ValidationError as bad:
        first = bad.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise Problem(422, "bad_input", f"{field}: {first['msg']}", field) from bad


def _paise(amount: Decimal, field: str) -> int:
    try:
        return inputs.paise(amount, field) or 0
    except inputs.BadInput as bad:
        raise Problem(422, "bad_amount", bad.message, field) from bad


def _optional_paise(amount: Decimal | None) -> int | None:
    return None if amount is None else _paise(amount, "price")


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "broker": rule.broker,
        "fault": rule.fault.value,
        "call": rule.call,
        "account": rule.account,
        "times": rule.times,
        "after": rule.after,
        "seconds": rule.seconds,
        "probability": rule.probability,
        "seed": rule.seed,
        "seen": rule.seen,
        "hits": rule.hits,
    }


async def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return json_reply({"error": problem.error}, problem.status)


async def _refused(request: Request, no: Exception) -> Response:
    assert isinstance(no, Refusal)
    status = 404 if no.code in NOT_FOUND else 422
    return json_reply({"error": {"code": no.code.value, "message": no.message, **no.fields}}, status)


async def _bad_rule(request: Request, bad: Exception) -> Response:
    assert isinstance(bad, BadRule)
    return json_reply({"error": {"code": "bad_fault", "message": str(bad), "field": bad.field}}, 422)
