"""A new password for who has lost it, through their e-mail. Nothing tells whether somebody has an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.identity import brake, lockout, people, repository
from orchestrator.identity.ended import EndedSessions, EndedWhy
from orchestrator.identity.letters import links
from orchestrator.identity.letters.emails import link_over
from orchestrator.identity.letters.links import LIVES, Purpose
from orchestrator.identity.sessions import known
from orchestrator.identity.sessions.issuing import From
from orchestrator.identity.signing_in import Desk
from orchestrator.mail import words

MINUTES = int(LIVES[Purpose.RESET].total_seconds() // 60)


async def ask(desk: Desk, *, email: str, by: From, now: datetime) -> None:
    """Send a link if somebody has this e-mail. To be done after the answer, which then takes as long in either case."""
    if not await brake.may_write(desk.db, email=email, now=now):
        return

    def work(conn: Connection) -> None:
        user = repository.by_email(conn, email)
        if user is None:
            return
        token = links.new(conn, Purpose.RESET, user.id, email, now)
        link = f"{desk.settings.base_url}/reset#{token}"
        desk.mailer.put(conn, words.reset(email, link=link, minutes=MINUTES))
        actor, action = Actor.stranger(by.address), Action.PASSWORD_RESET_ASKED
        audited(conn, user_id=user.id, actor=actor, action=action, at=now, subject=user.id)

    await desk.db.write(work)


async def reset(
    desk: Desk, token: str, *, password: str, by: From, ended: EndedSessions, now: datetime
) -> None:
    """Every login ends, and no browser is known any more; a second factor stays. Raises Problem 410 `link_over`, 422
    for a weak password."""

    def owner(conn: Connection) -> repository.User | None:
        link = links.known(conn, Purpose.RESET, token, now)
        return repository.by_id(conn, link.user_id) if link is not None else None

    user = await desk.db.read(owner)
    if user is None:
        raise link_over()
    hashed = await people.new_hash(password, field="password", about=(user.email, user.name))

    def work(conn: Connection) -> list[str] | None:
        link = links.take(conn, Purpose.RESET, token, now)
        current = repository.held(conn, user.id)
        if link is None or current is None or link.email != current.email:
            return None
        changes = {"password_hash": hashed, "email_verified_at": current.email_verified_at or now}
        repository.change_user(conn, user.id, changes)
        over = [one.id for one in repository.sessions_of(conn, user.id, now)]
        repository.end_sessions(conn, over, EndedWhy.PASSWORD_CHANGED, now)
        known.forget_all(conn, user.id)
        links.forget(conn, user.id)
        lockout.forgive(conn, user.email, user.id)
        actor, action = Actor.stranger(by.address), Action.PASSWORD_RESET
        audited(conn, user_id=user.id, actor=actor, action=action, at=now, subject=user.id)
        desk.mailer.put(conn, words.password_changed(user.email, base=desk.settings.base_url, at=now))
        return over

    over = await desk.db.write(work)
    if over is None:
        raise link_over()
    await ended.end(over, EndedWhy.PASSWORD_CHANGED)
