"""Tells a user of alerts that placed nothing: a strategy that trades in vain is worse when nobody knows."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from orchestrator.identity.repository import add_notice
from orchestrator.tradingview import repository
from orchestrator.tradingview.repository import FAILED, Delivery, Hook

KIND = "alert_not_placed"
QUIET = timedelta(hours=1)  # in which the same failure of the same hook is told once


def tell_failure(conn: Connection, hook: Hook | None, one: Delivery) -> None:
    """In the transaction that writes it down."""
    if one.outcome not in FAILED or one.done_at is None or hook is None:
        return
    if not repository.failed_so(conn, one, one.done_at - QUIET):
        text = f"{hook.name}: an alert placed nothing. {one.words[:1].upper()}{one.words[1:]}"
        add_notice(conn, one.user_id, KIND, hook.id, text, one.done_at)
