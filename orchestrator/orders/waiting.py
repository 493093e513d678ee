"""Orders outside a token's policy that wait for their user, in the database, with the key that will place them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from domain.order import OrderId, OrderIntent
from domain.policy import Policy
from domain.routing import Denied, Reason, ReasonCode, RoutingDecision
from domain.token_policy import Clause, OnBreach
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.errors import Problem, not_found
from orchestrator.ids import new_id
from orchestrator.orders import codec, repository
from orchestrator.orders.permit import OutsidePolicy
from orchestrator.orders.plan import Situation
from orchestrator.outbox.emitting import emit
from orchestrator.tables.orders import idempotency_keys
from orchestrator.tables.tokens import approvals, personal_tokens
from routing.token_policy import Breach

PREFIX = "apr"
APPROVAL_CHANGED = {"type": "approval"}  # what it is like is read when it is told
MOST_WAITING = 50  # of one token; more are refused: nobody reads them all
ROW = approvals.c


class ApprovalState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Approval:
    """An order as a program asked for it, with what would be sent. `token_name` None: the token is gone."""

    id: str
    user_id: UserId
    token: str
    token_name: str | None
    key: str
    fingerprint: str
    asked_at: datetime
    expires_at: datetime
    intent: OrderIntent
    policy: Policy | None
    plan: RoutingDecision
    plan_hash: str
    breaches: tuple[Breach, ...]
    proof: bool
    state: ApprovalState
    answered_at: datetime | None
    words: str
    order_id: OrderId | None

    def at(self, now: datetime) -> Approval:
        """As it stands now: one that nobody answered in time has expired, whether or not that was written down."""
        late = self.state is ApprovalState.WAITING and now >= self.expires_at
        return replace(self, state=ApprovalState.EXPIRED) if late else self


@dataclass(frozen=True, slots=True)
class Waiting(Denied):
    """Not sent: it waits for its user, or has waited."""

    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class PlanChanged(Denied):
    """Not sent: what would be sent now is not what was approved. The approval shows the new plan, and waits on."""


def plan_hash(plan: RoutingDecision) -> str:
    """What an approval is bound to: the order with its price, the accounts and their quantities."""
    parts = sorted((part.account_id, part.quantity) for part in plan.slices)
    return hashlib.sha256(f"{plan.intent!r} {parts!r}".encode()).hexdigest()


def names_one(thing: str) -> bool:
    """Whether this id, as an idempotency key stands for it, is an approval's."""
    return thing.startswith(f"{PREFIX}_")


def asks(situation: Situation) -> bool:
    """Whether what is outside the token's policy waits for its user."""
    return situation.permit is not None and situation.permit.policy.on_breach is OnBreach.ASK


def ask(
    conn: Connection, situation: Situation, refused: OutsidePolicy, *, key: str, fingerprint: str
) -> Waiting | None:
    """Record that the order waits; None where its token asks nobody or has asked enough, or nothing could be sent."""
    caller, permit, plan = situation.caller, situation.permit, refused.plan
    if caller is None or permit is None or plan is None or not asks(situation):
        return None
    approval_id, now = new_id(PREFIX), situation.now
    if _waiting(conn, permit.token, now) >= MOST_WAITING:
        return None
    row = {
        "id": approval_id,
        "user_id": situation.user_id,
        "token": permit.token,
        "key": key,
        "fingerprint": fingerprint,
        "asked_at": now,
        "expires_at": now + timedelta(seconds=permit.policy.ask_seconds),
        "intent": codec.dump_intent(situation.intent),
        "policy": None if situation.policy is None else codec.dump_policy(situation.policy),
        "plan": codec.dump_decision(plan),
        "plan_hash": plan_hash(plan),
        "breaches": orjson.dumps(
            [[b.clause, b.asked, b.allowed, b.field] for b in refused.breaches]
        ).decode(),
        "proof": permit.policy.ask_proof,
        "state": ApprovalState.WAITING,
        "words": "",
    }
    conn.execute(sa.insert(approvals).values(row))
    repository.add_key(conn, situation.user_id, key=key, fingerprint=fingerprint, thing=approval_id, at=now)
    detail = {"order": _words(situation.intent), "clauses": " ".join(b.clause for b in refused.breaches)}
    _tell(conn, situation.user_id, caller.actor, Action.APPROVAL_ASKED, approval_id, now, detail)
    return told(load(conn, situation.user_id, approval_id))


def _waiting(conn: Connection, token: str, now: datetime) -> int:
    query = sa.select(sa.func.count()).select_from(approvals)
    query = query.where(ROW.token == token, ROW.state == ApprovalState.WAITING, ROW.expires_at > now)
    return int(conn.execute(query).scalar_one())


def told(approval: Approval) -> Waiting:
    """As the outcome of placing."""
    text = f"It waits for approval as {approval.id}."
    if approval.state is not ApprovalState.WAITING:
        text = f"Its approval {approval.id} was {approval.state}. {approval.words}".strip()
    return Waiting((Reason(ReasonCode.TOKEN_POLICY, text),), approval=approval)


def already(conn: Connection, situation: Situation) -> OrderId | None:
    """The order that another device's yes has made. Raises Problem 409 for an approval that is over."""
    assert situation.approved is not None
    kept = load(conn, situation.user_id, situation.approved.id, lock=True).at(situation.now)
    if kept.state is ApprovalState.APPROVED:
        return kept.order_id
    if kept.state is not ApprovalState.WAITING:
        raise over(kept)
    return None


def changed(conn: Connection, situation: Situation, plan: RoutingDecision) -> PlanChanged | None:
    """Keep the new plan, where it is not the one that was approved."""
    assert situation.approved is not None
    if (now_hash := plan_hash(plan)) == situation.approved.plan_hash:
        return None
    values = {"plan": codec.dump_decision(plan), "plan_hash": now_hash}
    conn.execute(sa.update(approvals).where(ROW.id == situation.approved.id).values(values))
    emit(conn, situation.user_id, APPROVAL_CHANGED, at=situation.now, thing=situation.approved.id)
    text = "What would be sent now is not what was approved."
    return PlanChanged((Reason(ReasonCode.TOKEN_POLICY, text, fix="Look at the new plan."),))


def placed(conn: Connection, situation: Situation, order_id: OrderId, key: str) -> None:
    """The key stands for the order from now on, and the approval is used."""
    given = situation.approved
    assert given is not None
    values = {"state": ApprovalState.APPROVED, "answered_at": situation.now, "order_id": order_id}
    conn.execute(sa.update(approvals).where(ROW.id == given.id).values(values))
    keys = idempotency_keys.c
    named = sa.update(idempotency_keys).where(keys.user_id == situation.user_id, keys.key == key)
    conn.execute(named.values(order_id=order_id))
    detail = {"order": order_id}
    _tell(conn, situation.user_id, given.by.actor, Action.APPROVAL_GIVEN, given.id, situation.now, detail)


def decline(
    conn: Connection, user_id: UserId, approval_id: str, *, actor: Actor, words: str, now: datetime
) -> Approval:
    """Raises Problem 404, 409 for one that is over."""
    kept = load(conn, user_id, approval_id, lock=True).at(now)
    if kept.state is ApprovalState.DECLINED:
        return kept
    if kept.state is not ApprovalState.WAITING:
        raise over(kept)
    values = {"state": ApprovalState.DECLINED, "answered_at": now, "words": words}
    conn.execute(sa.update(approvals).where(ROW.id == approval_id).values(values))
    _tell(conn, user_id, actor, Action.APPROVAL_DECLINED, approval_id, now, {"words": words})
    return load(conn, user_id, approval_id)


def expire(conn: Connection, now: datetime) -> list[Approval]:
    """Write down which nobody answered in time; of all users."""
    due = sa.select(ROW.id, ROW.user_id).where(ROW.state == ApprovalState.WAITING, ROW.expires_at <= now)
    found = []
    for row in conn.execute(due.limit(500)).all():
        over_now = sa.update(approvals).where(ROW.id == row.id, ROW.state == ApprovalState.WAITING)
        values = {"state": ApprovalState.EXPIRED, "answered_at": now}
        if conn.execute(over_now.values(values)).rowcount == 1:
            actor = Actor.program("approvals")
            _tell(conn, UserId(row.user_id), actor, Action.APPROVAL_EXPIRED, row.id, now, {})
            found.append(load(conn, UserId(row.user_id), row.id))
    return found


def over(approval: Approval) -> Problem:
    """409: nobody can say yes any more."""
    return Problem(
        409,
        f"approval_{approval.state}",
        f"this approval was {approval.state} already",
        rule="an order is approved once, while it waits",
        fix="the program may ask again, with a new key",
    )


def load(conn: Connection, user_id: UserId, approval_id: str, *, lock: bool = False) -> Approval:
    """Raises Problem 404."""
    found = _read(conn, _selected(lock=lock).where(ROW.id == approval_id, ROW.user_id == user_id))
    if not found:
        raise not_found("approval")
    return found[0]


def load_many(conn: Connection, ids: Sequence[str]) -> list[Approval]:
    """Those of any user."""
    return _read(conn, _selected().where(ROW.id.in_(ids))) if ids else []


def page(
    conn: Connection,
    user_id: UserId,
    *,
    token: str | None,
    waiting_at: datetime | None,
    limit: int,
) -> list[Approval]:
    """The newest first. `token`: of this one only; `waiting_at`: only those that still wait then."""
    query = _selected().where(ROW.user_id == user_id)
    if token is not None:
        query = query.where(ROW.token == token)
    if waiting_at is not None:
        query = query.where(ROW.state == ApprovalState.WAITING, ROW.expires_at > waiting_at)
    return _read(conn, query.order_by(ROW.id.desc()).limit(limit))


def _selected(*, lock: bool = False) -> sa.Select[Any]:
    names = personal_tokens.c
    join = approvals.outerjoin(personal_tokens, names.id == ROW.token)
    query = sa.select(approvals, names.name.label("token_name")).select_from(join)
    return query.with_for_update(of=approvals) if lock else query


def _read(conn: Connection, query: sa.Select[Any]) -> list[Approval]:
    return [_approval(row._mapping) for row in conn.execute(query).all()]


def _approval(row: sa.RowMapping) -> Approval:
    values = dict(row)
    values["intent"] = codec.load_intent(row["intent"])
    values["policy"] = None if row["policy"] is None else codec.load_policy(row["policy"])
    values["plan"] = codec.load_decision(row["plan"])
    values["breaches"] = _breaches(orjson.loads(row["breaches"]))
    values["state"] = ApprovalState(row["state"])
    return Approval(**values)


def _breaches(rows: Sequence[Sequence[Any]]) -> tuple[Breach, ...]:
    return tuple(Breach(Clause(clause), asked, allowed, field) for clause, asked, allowed, field in rows)


def _words(intent: OrderIntent) -> str:
    return f"{intent.side} {intent.quantity} {intent.instrument} {intent.product} {intent.order_type}"


def _tell(
    conn: Connection,
    user_id: UserId,
    actor: Actor,
    action: Action,
    approval_id: str,
    now: datetime,
    detail: Mapping[str, str],
) -> None:
    audited(conn, user_id=user_id, actor=actor, action=action, subject=approval_id, detail=detail, at=now)
    emit(conn, user_id, APPROVAL_CHANGED, at=now, thing=approval_id)
