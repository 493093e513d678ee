"""Every endpoint of the API, in the order in which their paths are tried."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.routing import APIRoute

from orchestrator import errors, meta
from orchestrator.accounts import authorisation
from orchestrator.accounts import breaker_endpoints as own_breakers
from orchestrator.accounts import endpoints as accounts
from orchestrator.alerts import endpoints as alerts
from orchestrator.approvals import endpoints as approvals
from orchestrator.attention import endpoints as attention
from orchestrator.charges import endpoints as charges
from orchestrator.charges import table_endpoints as fee_tables
from orchestrator.departure import endpoints as departure
from orchestrator.exports import endpoints as exports
from orchestrator.guards import endpoints as guards
from orchestrator.http import docs_page
from orchestrator.identity import endpoints as identity
from orchestrator.identity import proof_endpoints as proof
from orchestrator.identity.consent import endpoints as consent
from orchestrator.identity.letters import endpoints as emails
from orchestrator.identity.oidc import endpoints as oidc
from orchestrator.identity.passkeys import endpoints as passkeys
from orchestrator.identity.second_factor import endpoints as security
from orchestrator.identity.sessions import endpoints as sessions
from orchestrator.killswitch import endpoints as killswitch
from orchestrator.kite import app_endpoints as kite_apps
from orchestrator.kite import routers as kite
from orchestrator.market import endpoints as market
from orchestrator.market import stocks
from orchestrator.openalgo import endpoints as openalgo
from orchestrator.openalgo import sockets as openalgo_feed
from orchestrator.operating import breaker_endpoints as breakers
from orchestrator.operating import calendar_endpoints as operator_calendar
from orchestrator.operating import endpoints as operating
from orchestrator.operating import job_endpoints as operator_jobs
from orchestrator.operating import oversight_endpoints as oversight
from orchestrator.operating import session_endpoints as operator_sessions
from orchestrator.operating import unclear_endpoints as unclear_orders
from orchestrator.options import endpoints as options
from orchestrator.orders import conditional_endpoints as conditionals
from orchestrator.orders import endpoints as orders
from orchestrator.orders import external_endpoints as external
from orchestrator.orders import sweep_endpoints as sweep
from orchestrator.performance import endpoints as performance
from orchestrator.performance import transfers
from orchestrator.policies import endpoints as policies
from orchestrator.portfolio import endpoints as portfolio
from orchestrator.postbacks import endpoints as postbacks
from orchestrator.probes import endpoints as probes
from orchestrator.profits import endpoints as profits
from orchestrator.profits import event_endpoints as lot_events
from orchestrator.rebuilding import endpoints as rebuilding
from orchestrator.sandbox import endpoints as sandbox
from orchestrator.scorecards import endpoints as scorecards
from orchestrator.tokens import endpoints as tokens
from orchestrator.trades import endpoints as trades
from orchestrator.trading_days import endpoints as trading_days
from orchestrator.tradingview import endpoints as tradingview
from orchestrator.trail import endpoints as trail
from orchestrator.watchlists import endpoints as watchlists
from orchestrator.webhooks import dead_endpoints as dead_letters
from orchestrator.webhooks import endpoints as webhooks

ROUTERS: tuple[APIRouter, ...] = (
    probes.router,
    meta.router,
    docs_page.router,
    identity.router,
    passkeys.router,
    oidc.router,
    sessions.router,
    consent.router,
    tokens.router,
    kite_apps.router,
    proof.router,
    emails.router,
    security.router,
    accounts.router,
    charges.router,
    fee_tables.router,
    scorecards.router,
    authorisation.router,
    own_breakers.router,
    stocks.router,
    market.router,
    trading_days.router,
    options.router,
    portfolio.router,
    transfers.router,
    performance.router,
    rebuilding.router,
    trades.router,
    profits.router,
    lot_events.router,
    exports.router,
    external.router,  # before the orders: "external" is no order's id
    orders.router,
    sweep.router,
    approvals.router,
    conditionals.router,
    guards.router,
    policies.router,
    watchlists.router,
    alerts.router,
    killswitch.router,
    departure.router,
    trail.router,
    sandbox.router,
    attention.router,
    postbacks.router,
    operating.router,
    operator_jobs.router,
    oversight.router,
    operator_calendar.router,
    operator_sessions.router,
    breakers.router,
    unclear_orders.router,
    dead_letters.router,
    openalgo.router,
    openalgo_feed.router,
    tradingview.router,
    webhooks.router,
    *kite.ROUTERS,
)


def _operation_id(route: APIRoute) -> str:
    return route.name


# All of them, for any number of applications: what a call of a route takes and gives is worked out once in a process.
API = APIRouter(responses=errors.problems(400, 403, 422, 500), generate_unique_id_function=_operation_id)
for _router in ROUTERS:
    API.include_router(_router)
