"""Makes a database that was put back to an earlier moment safe to go on from.

What happened since that moment happened, and is not in it. So nothing that it had still to do is done of its own
accord: it may have been done, and every order of it would be a second one. New risk waits for each user to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.child import ChildOrder
from domain.limits import KillDepth
from domain.order import ChangeOver, OrderEvent
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.identity import repository
from orchestrator.identity.ended import EndedWhy
from orchestrator.ids import new_id
from orchestrator.leases.rows import NOBODY
from orchestrator.orders import change_rows, waiting
from orchestrator.orders.repository import add_facts
from orchestrator.orders.waiting import ApprovalState
from orchestrator.outbox import numbering
from orchestrator.tables.accounts import login_states
from orchestrator.tables.departure import departures
from orchestrator.tables.hooks import hook_deliveries
from orchestrator.tables.identity import kill_switches, user_sessions, users
from orchestrator.tables.kite import kite_logins
from orchestrator.tables.leases import leases
from orchestrator.tables.market import notices
from orchestrator.tables.people import mail_links
from orchestrator.tables.signin import oidc_flows, passkey_challenges
from orchestrator.tables.tokens import approvals, personal_tokens
from orchestrator.tradingview.repository import Outcome

T = TypeVar("T")
ACTOR = Actor.command("restore")
NOTICE = "restored"
AT_ONCE = 500
# Begun with somebody who may have come to the end since: good once, and used up then.
BEGUN = (kite_logins, mail_links, login_states, oidc_flows, passkey_challenges)
SWITCH = kill_switches.c


@dataclass(frozen=True, slots=True)
class Safe:
    """What was done. `logins`: that were ended; `tokens`: personal ones, good as they were then; `held`: users for whom
    new risk waits; `quieted`: of them, whose switch cancelled or closed; `dropped`: what is not done any more."""

    logins: int
    tokens: int
    held: int
    quieted: int
    dropped: int


def make_safe(conn: Connection, *, moment: str, grace: timedelta, now: datetime) -> Safe:
    """In one transaction, while the product does not run. `moment`: of what was put back, for people. `grace`: in which
    users who leave may call it off again. Doing it twice changes little."""
    numbering.begin_anew(conn, now)
    conn.execute(sa.update(leases).values(owner=NOBODY, until=0))
    logins = _end_logins(conn, now)
    quieted = _hold(conn, moment, now)
    dropped = _no_replacements(conn, now) + _no_alerts(conn, now) + _no_approvals(conn, now)
    _nobody_leaves_yet(conn, now + grace)
    held = conn.execute(sa.select(sa.func.count()).select_from(users)).scalar_one()
    good = (
        sa.select(sa.func.count()).select_from(personal_tokens).where(personal_tokens.c.revoked_at.is_(None))
    )
    tokens = conn.execute(good).scalar_one()
    detail = {"moment": moment, "held": str(held), "dropped": str(dropped)}
    audited(conn, user_id=None, actor=ACTOR, action=Action.RESTORED, at=now, detail=detail)
    return Safe(logins, tokens, held, quieted, dropped)


def _end_logins(conn: Connection, now: datetime) -> int:
    """Also those of programs by the browser: one that was ended since would be good again."""
    session = user_sessions.c
    going = conn.execute(sa.select(session.id).where(session.ended_at.is_(None))).scalars().all()
    for some in _pieces(going):
        repository.end_sessions(conn, some, EndedWhy.ENDED_BY_OPERATOR, now)
    for table in BEGUN:
        conn.execute(sa.delete(table))
    return len(going)


def _hold(conn: Connection, moment: str, now: datetime) -> int:
    """Everybody's kill switch stops new risk. One that cancelled or closed does so no more: its user may have released
    it, and what would be closed now is what they opened afterwards. How many those were."""
    said = f"Put back to {moment}. Compare your orders and positions with your brokers, then release this."
    on, deep = SWITCH.released_at.is_(None), SWITCH.depth != KillDepth.NO_NEW_RISK.value
    deeper = conn.execute(sa.select(SWITCH.user_id, SWITCH.depth).where(on, deep)).all()
    again = {
        "number": SWITCH.number + 1,
        "depth": KillDepth.NO_NEW_RISK.value,
        "since": now,
        "words": said,
        "released_at": None,
    }
    conn.execute(sa.update(kill_switches).values(again))
    first = sa.select(
        users.c.id,
        sa.literal(1),
        sa.literal(KillDepth.NO_NEW_RISK.value),
        sa.literal(now, SWITCH.since.type),
        sa.literal(said),
    ).where(users.c.id.not_in(sa.select(SWITCH.user_id)))
    conn.execute(
        sa.insert(kill_switches).from_select(["user_id", "number", "depth", "since", "words"], first)
    )
    for row in deeper:
        more = (
            f"{said} Your switch was at {row.depth} then, and went no further: turn it on again if it is to."
        )
        conn.execute(sa.update(kill_switches).where(SWITCH.user_id == row.user_id).values(words=more))
    _tell(conn, now)
    return len(deeper)


def _tell(conn: Connection, now: datetime) -> None:
    """Each user, with the words of their switch."""
    told = conn.execute(sa.select(SWITCH.user_id, SWITCH.words)).all()
    for some in _pieces(told):
        rows = [
            {
                "id": new_id("ntc"),
                "user_id": one.user_id,
                "at": now,
                "kind": NOTICE,
                "subject": "kill-switch",
                "text": f"{one.words} Until then only what reduces a position is sent.",
                "data": "{}",
            }
            for one in some
        ]
        conn.execute(sa.insert(notices), rows)


def _no_replacements(conn: Connection, now: datetime) -> int:
    """A change that cancels an order and then places the rest anew: the rest may be at the broker already."""
    words = (
        "the database was put back to an earlier moment: whether the rest was placed anew is not known here"
    )

    def told(_before: ChildOrder, after: ChildOrder) -> list[OrderEvent]:
        text = "The change is not carried on: nothing is placed in this order's stead."
        return [OrderEvent(now, "change_over", text, after.id, words)]

    count = 0
    for live in change_rows.changing_children(conn):
        asked = live.child.changing
        if asked is not None and asked.replace:
            facts = [ChangeOver(asked.number, now, words)]
            add_facts(conn, live.child.id, facts, at=now, answered_at=now, lines=told)
            count += 1
    return count


def _no_alerts(conn: Connection, now: datetime) -> int:
    """Alerts that were written down and waited to be placed."""
    over = {
        "outcome": Outcome.EXPIRED.value,
        "code": "restored",
        "words": "the database was put back to an earlier moment: whether it was placed is not known here",
        "done_at": now,
    }
    left = sa.update(hook_deliveries).where(hook_deliveries.c.outcome == Outcome.RECEIVED.value)
    return conn.execute(left.values(over)).rowcount


def _no_approvals(conn: Connection, now: datetime) -> int:
    """Orders that waited for a yes, which may have been given."""
    open_yet = sa.update(approvals).where(approvals.c.state == ApprovalState.WAITING)
    count = conn.execute(open_yet.values(expires_at=now)).rowcount
    while waiting.expire(conn, now):
        pass
    return count


def _nobody_leaves_yet(conn: Connection, until: datetime) -> None:
    """Whoever called it off since may do so again."""
    due = departures.c.due_at
    soon = sa.update(departures).where(departures.c.left_at.is_(None), due < until)
    conn.execute(soon.values(due_at=until))


def _pieces(found: Sequence[T]) -> list[Sequence[T]]:
    return [found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE)]
