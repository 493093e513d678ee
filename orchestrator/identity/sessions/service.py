"""Log in, stay logged in, prove anew who one is. A refresh token works once; one used twice ends its whole login."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, ActorKind, audited
from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.identity import claims, lockout, repository
from orchestrator.identity.claims import Way
from orchestrator.identity.ended import WORDS, EndedSessions, EndedWhy
from orchestrator.identity.lockout import Tries
from orchestrator.identity.repository import Session, User
from orchestrator.identity.sessions import issuing, known
from orchestrator.identity.sessions.devices import LONGEST, device
from orchestrator.identity.sessions.issuing import Access, From, Tokens
from orchestrator.identity.tokens import hash_of
from orchestrator.ids import new_id
from orchestrator.keys import Keys
from orchestrator.mail import words
from orchestrator.mail.mailer import Mailer
from orchestrator.storage.db import Database

# Two tabs may refresh at the same moment with one cookie; that is no theft. The cookie then holds one of the two
# answers: the first of them that is used voids the other, so that a thief who was in time is found at the next turn.
GRACE = timedelta(seconds=10)


async def start_session(
    db: Database,
    user: User,
    *,
    by: From,
    ways: Collection[Way],
    keys: Keys,
    settings: Settings,
    mailer: Mailer,
    now: datetime,
    tries: Tries | None = None,
    proven_at: datetime | None = None,
) -> Tokens:
    """The one place where a login begins: of `user`, as read before they proved in these ways who they are. A device
    that is new is told to them by letter and notice. `tries` are forgotten; `proven_at`: when they did, if not now.
    Raises Problem 401 `wrong_login` when their password was changed meanwhile, 403 `user_disabled`."""
    family, until = new_id("fam"), now + timedelta(days=settings.refresh_days)
    agent = by.user_agent[:LONGEST]
    session = Session(family, user.id, agent, by.address, frozenset(ways), proven_at or now, now, now, until)
    new = await db.read(
        lambda conn: known.has_any(conn, user.id) and not known.is_known(conn, user.id, by.device)
    )
    named = await asyncio.to_thread(device, by.user_agent) if new else ""

    def work(connection: Connection) -> tuple[User, str, str]:
        current = repository.held(connection, user.id)
        if current is None or current.password_hash != user.password_hash:
            raise wrong_login()  # whoever changed it meanwhile has ended every login of before
        if current.disabled_at is not None:
            raise Problem(
                403,
                "user_disabled",
                "an operator has disabled this user",
                fix="ask who keeps this installation",
            )
        repository.forget_ended(connection, now)
        repository.add_session(connection, session)
        if tries is not None:
            lockout.succeeded(connection, tries)
        audited(
            connection,
            user_id=user.id,
            actor=Actor(ActorKind.LOGIN, user.id, family, by.address),
            action=Action.LOGIN,
            at=now,
            subject=family,
            detail={"ways": claims.written(ways), "user_agent": agent},
        )
        if named:
            repository.add_notice(connection, user.id, "new_login", family, _new_login(named, by, now), now)
            told = words.new_device(
                current.email, device=named, address=by.address, at=now, base=settings.base_url
            )
            mailer.put(connection, told)
        cookie = known.remember(connection, user.id, by.device, now)
        return current, issuing.issue(connection, user.id, family, turn=0, settings=settings, now=now), cookie

    current, token, cookie = await db.write(work)
    return replace(
        issuing.tokens(current, session, token, keys=keys, settings=settings, now=now), device=cookie
    )


def _new_login(named: str, by: From, now: datetime) -> str:
    where = f" at {by.address}" if by.address else ""
    return f"A new device has logged in: {named}{where}."


def wrong_login() -> Problem:
    """The same for an unknown e-mail and a wrong password."""
    return Problem(401, "wrong_login", "e-mail and password do not fit")


def session_ended() -> Problem:
    """While something was under way in it."""
    return Problem(401, "session_ended", "this login was ended", fix="log in again")


async def prove(
    db: Database,
    user_id: UserId,
    session_id: str,
    *,
    ways: Collection[Way],
    keys: Keys,
    settings: Settings,
    now: datetime,
) -> Access:
    """The person proved anew in this login who they are, in these ways. Raises Problem 401 `session_ended`."""

    def work(connection: Connection) -> tuple[User, Session] | None:
        user, session = (
            repository.held(connection, user_id),
            repository.session(connection, user_id, session_id),
        )
        if user is None or session is None:
            return None
        repository.prove_session(connection, session_id, session.ways | set(ways), now)
        audited(
            connection,
            user_id=user_id,
            actor=Actor(ActorKind.LOGIN, user_id, session_id, session.address),
            action=Action.PROVEN,
            at=now,
            subject=session_id,
            detail={"ways": claims.written(ways)},
        )
        return user, replace(session, ways=session.ways | set(ways), proven_at=now)

    found = await db.write(work)
    if found is None:
        raise session_ended()
    return issuing.access(*found, keys=keys, settings=settings, now=now)


async def refresh(
    db: Database,
    token: str,
    *,
    by: From,
    keys: Keys,
    settings: Settings,
    ended: EndedSessions,
    now: datetime,
) -> Tokens:
    """Trade a refresh token for the next. Raises Problem 401 `refresh_invalid`, with the `reason` where it is known;
    reuse ends the session."""
    reused: list[str] = []
    why: list[EndedWhy] = []

    def work(connection: Connection) -> tuple[User, Session, str] | None:
        known = repository.refresh_token(connection, hash_of(token))
        if known is None or known.expires_at <= now:
            return None
        until = now + timedelta(days=settings.refresh_days)
        agent = by.user_agent[:LONGEST]
        if known.revoked_at is None and known.used_at is not None and now - known.used_at > GRACE:
            repository.end_sessions(connection, [known.family], EndedWhy.TOKEN_REUSED, now)
            audited(
                connection,
                user_id=known.user_id,
                actor=Actor.stranger(by.address),
                action=Action.LOGIN_REUSED,
                at=now,
                subject=known.family,
            )
            reused[:], why[:] = [known.family], [EndedWhy.TOKEN_REUSED]
            return None
        if known.revoked_at is None and known.used_at is None:
            repository.mark_used(connection, known.family, known.turn, now)
        # The session itself is asked, too: one that was ended at that moment has a token that nobody revoked.
        if known.revoked_at is not None or not repository.use_session(
            connection, known.family, address=by.address, user_agent=agent, now=now, expires_at=until
        ):
            told = repository.ended_why(connection, known.family)
            why[:] = [EndedWhy(told)] if told else []
            return None
        user = repository.by_id(connection, known.user_id)
        session = repository.session(connection, known.user_id, known.family)
        assert user is not None  # a user's logins go with them
        assert session is not None  # it was asked just now
        turn = known.turn + 1
        following = issuing.issue(connection, user.id, session.id, turn=turn, settings=settings, now=now)
        return user, session, following

    issued = await db.write(work, lock=f"refresh:{await _family(db, token)}")
    if issued is None:
        await ended.end(reused, EndedWhy.TOKEN_REUSED)
        told = WORDS[why[0]] if why else "this login has ended"
        reason = why[0].value if why else None
        raise Problem(401, "refresh_invalid", told, fix="log in again", reason=reason)
    user, session, following = issued
    return issuing.tokens(user, session, following, keys=keys, settings=settings, now=now)


async def _family(db: Database, token: str) -> str:
    """The login whose refreshes wait for each other; "" for a token that nobody was given."""
    known = await db.read(lambda connection: repository.refresh_token(connection, hash_of(token)))
    return known.family if known else ""
