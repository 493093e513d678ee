"""Every call of Virtual Kite. None is in our own OpenAPI: docs/api/kite.md lists them."""

from __future__ import annotations

from fastapi import APIRouter

from orchestrator.kite import estimates, gtt, market, orders, portfolio, session, sockets, unoffered, user

ROUTERS: tuple[APIRouter, ...] = (
    session.router,
    unoffered.router,
    orders.router,
    user.router,
    portfolio.router,
    market.router,
    estimates.router,
    gtt.router,
    sockets.router,
)
