"""Who people are at an OpenID provider, and who is on the way there: plain SQL over one connection."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from domain.account import UserId
from orchestrator.tables.signin import oidc_flows, oidc_links

LINK = oidc_links.c
FLOW = oidc_flows.c


class Purpose(StrEnum):
    LOGIN = "login"
    LINK = "link"
    PROOF = "proof"
    CODE = "code"  # back from the provider, and a code of ours is still to come


@dataclass(frozen=True, slots=True)
class Link:
    """A row. `email`: as the provider last told it, "" when it told none."""

    id: str
    user_id: UserId
    issuer: str
    subject: str
    email: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Flow:
    """A row. `user_id` and `session`: the login that asked, None for a sign-in."""

    state: str
    purpose: Purpose
    bound_to: str
    user_id: UserId | None
    session: str | None
    begun_at: datetime
    expires_at: datetime


def add_link(conn: Connection, link: Link) -> None:
    conn.execute(insert(oidc_links).values({field.name: getattr(link, field.name) for field in fields(Link)}))


def link_of(conn: Connection, issuer: str, subject: str) -> Link | None:
    query = select(oidc_links).where(LINK.issuer == issuer, LINK.subject == subject)
    row = conn.execute(query).mappings().one_or_none()
    return Link(**row) if row else None


def links_of_user(conn: Connection, user_id: UserId) -> list[Link]:
    """The newest first."""
    query = select(oidc_links).where(LINK.user_id == user_id).order_by(LINK.id.desc())
    return [Link(**row) for row in conn.execute(query).mappings()]


def use_link(conn: Connection, link_id: str, *, email: str, now: datetime) -> None:
    conn.execute(update(oidc_links).where(LINK.id == link_id).values(email=email, used_at=now))


def remove_link(conn: Connection, user_id: UserId, link_id: str) -> bool:
    query = delete(oidc_links).where(LINK.id == link_id, LINK.user_id == user_id)
    return conn.execute(query).rowcount > 0


def begin(conn: Connection, flow: Flow) -> None:
    """Keep it, and forget those that are over."""
    conn.execute(delete(oidc_flows).where(FLOW.expires_at <= flow.begun_at))
    conn.execute(insert(oidc_flows).values({field.name: getattr(flow, field.name) for field in fields(Flow)}))


def waiting(conn: Connection, *, bound_to: str, now: datetime) -> Flow | None:
    """The newest in this browser of which a code is still to come."""
    query = select(oidc_flows).where(
        FLOW.bound_to == bound_to, FLOW.purpose == Purpose.CODE, FLOW.expires_at > now
    )
    row = conn.execute(query.order_by(FLOW.begun_at.desc()).limit(1)).mappings().first()
    return Flow(**{**row, "purpose": Purpose.CODE}) if row else None


def take(conn: Connection, state: str, *, bound_to: str, now: datetime) -> Flow | None:
    """It is answered once, in the browser that began it, in its time."""
    query = delete(oidc_flows).where(FLOW.state == state, FLOW.bound_to == bound_to)
    row = conn.execute(query.returning(*[FLOW[field.name] for field in fields(Flow)])).mappings().first()
    flow = Flow(**{**row, "purpose": Purpose(row["purpose"])}) if row else None
    return flow if flow and flow.expires_at > now else None
