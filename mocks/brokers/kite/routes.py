"""Every path of the Kite server and who answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.kite import mutual_funds
from mocks.brokers.kite.alerts import Alerts
from mocks.brokers.kite.authorise import Authorise
from mocks.brokers.kite.dump import Dump
from mocks.brokers.kite.estimates import Estimates
from mocks.brokers.kite.gate import Call, Gate
from mocks.brokers.kite.gtt import Gtt
from mocks.brokers.kite.history import History
from mocks.brokers.kite.holdings import Holdings
from mocks.brokers.kite.login import PAGE, LoginPages
from mocks.brokers.kite.market import Market
from mocks.brokers.kite.orders import Orders
from mocks.brokers.kite.positions import Positions
from mocks.brokers.kite.postbacks import Postbacks
from mocks.brokers.kite.reply import KiteError, failure, refused
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.kite.user import UserCalls

Signed = Callable[[Request, Session], Awaitable[Response]]
Plain = Callable[[Request], Awaitable[Response]]


def plain(path: str, method: str, handler: Plain) -> Route:
    """Whoever asks; refusals leave in Kite's envelope."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as no:
            return failure(refused(no))
        except KiteError as no:
            return failure(no)

    return Route(path, endpoint, methods=[method])


class _Signed:
    """Makes routes for logged-in users."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def __call__(self, path: str, method: str, handler: Signed, call: Call = Call.OTHER) -> Route:
        async def logged_in(request: Request) -> Response:
            return await handler(request, self._gate.admit(request.scope, call))

        return plain(path, method, logged_in)


def routes(office: BackOffice, tokens: Tokens, gate: Gate) -> list[BaseRoute]:
    signed = _Signed(gate)
    return [
        *_order_routes(office, tokens, gate, signed),
        *_account_routes(office, tokens, signed),
        *_market_routes(office, tokens, signed),
        *_conditional_routes(office, tokens, signed),
        *_fund_routes(signed),
        *_login_routes(office),
    ]


def _order_routes(office: BackOffice, tokens: Tokens, gate: Gate, signed: _Signed) -> list[BaseRoute]:
    orders = Orders(office, tokens, gate, Postbacks(office, tokens))
    return [
        signed("/orders/{variety}", "POST", orders.place, Call.ORDER),
        signed("/orders/{variety}/{order_id}", "PUT", orders.modify, Call.ORDER),
        signed("/orders/{variety}/{order_id}", "DELETE", orders.cancel, Call.ORDER),
        signed("/orders", "GET", orders.book),
        signed("/orders/{order_id}", "GET", orders.history),
        signed("/orders/{order_id}/trades", "GET", orders.order_trades),
        signed("/trades", "GET", orders.trades),
    ]


def _account_routes(office: BackOffice, tokens: Tokens, signed: _Signed) -> list[BaseRoute]:
    user, holdings, positions = UserCalls(office), Holdings(office, tokens), Positions(office, tokens)
    estimates, authorise = Estimates(office), Authorise(office)
    page = "/connect/portfolio/authorise/holdings/{api_key}/{request_id}"
    return [
        signed("/user/profile", "GET", user.profile),
        signed("/user/profile/full", "GET", user.full_profile),
        signed("/user/margins", "GET", user.margins),
        signed("/user/margins/{segment}", "GET", user.margins),
        signed("/portfolio/holdings", "GET", holdings.book),
        signed("/portfolio/holdings/compact", "GET", holdings.compact),
        signed("/portfolio/holdings/summary", "GET", holdings.summary),
        signed("/portfolio/holdings/auctions", "GET", holdings.auctions),
        signed("/portfolio/holdings/authorise", "POST", authorise.begin),
        plain(page, "GET", authorise.page),
        plain(page, "POST", authorise.decide),
        plain(f"{page}/finish", "GET", authorise.finish),
        signed("/portfolio/positions", "GET", positions.book),
        signed("/portfolio/positions", "PUT", positions.convert),
        signed("/margins/orders", "POST", estimates.order_margins),
        signed("/margins/basket", "POST", estimates.basket_margins),
        signed("/charges/orders", "POST", estimates.order_charges),
    ]


def _market_routes(office: BackOffice, tokens: Tokens, signed: _Signed) -> list[BaseRoute]:
    market, history, dump = Market(office, tokens), History(office, tokens), Dump(office, tokens)
    return [
        signed("/quote", "GET", market.quote, Call.QUOTE),
        signed("/quote/ohlc", "GET", market.ohlc, Call.QUOTE),
        signed("/quote/ltp", "GET", market.ltp, Call.QUOTE),
        signed("/instruments/trigger_range/{side}", "GET", market.trigger_range),
        signed("/instruments/{exchange}/{symbol}/trigger_range", "GET", market.trigger_range_of),
        signed("/instruments/historical/{token:number}/{interval}", "GET", history.candles, Call.HISTORICAL),
        plain("/instruments", "GET", dump.instruments),
        plain("/instruments/{exchange}", "GET", dump.instruments),
    ]


def _conditional_routes(office: BackOffice, tokens: Tokens, signed: _Signed) -> list[BaseRoute]:
    gtt, alerts = Gtt(office, tokens), Alerts(office, tokens)
    return [
        signed("/gtt/triggers", "POST", gtt.place),
        signed("/gtt/triggers", "GET", gtt.all),
        signed("/gtt/triggers/{trigger_id:number}", "GET", gtt.one),
        signed("/gtt/triggers/{trigger_id:number}", "PUT", gtt.modify),
        signed("/gtt/triggers/{trigger_id:number}", "DELETE", gtt.delete),
        signed("/alerts", "POST", alerts.create),
        signed("/alerts", "GET", alerts.all),
        signed("/alerts", "DELETE", alerts.delete),
        signed("/alerts/{uuid}", "GET", alerts.one),
        signed("/alerts/{uuid}", "PUT", alerts.modify),
        signed("/alerts/{uuid}/history", "GET", alerts.history),
    ]


def _fund_routes(signed: _Signed) -> list[BaseRoute]:
    found: list[BaseRoute] = [plain("/mf/instruments", "GET", mutual_funds.instruments)]
    for kind in ("orders", "sips"):
        found += [
            signed(f"/mf/{kind}", "GET", mutual_funds.nothing),
            signed(f"/mf/{kind}", "POST", mutual_funds.closed),
            signed(f"/mf/{kind}/{{number}}", "GET", mutual_funds.unknown),
            signed(f"/mf/{kind}/{{number}}", "PUT", mutual_funds.closed),
            signed(f"/mf/{kind}/{{number}}", "DELETE", mutual_funds.closed),
        ]
    return [*found, signed("/mf/holdings", "GET", mutual_funds.nothing)]


def _login_routes(office: BackOffice) -> list[BaseRoute]:
    login = LoginPages(office)
    return [
        plain("/session/token", "POST", login.token),
        plain("/session/token", "DELETE", login.logout),
        plain("/session/refresh_token", "POST", login.refresh),
        plain(PAGE, "GET", login.page),
        plain(PAGE, "POST", login.decide),
    ]
