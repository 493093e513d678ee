"""Signing in at an OpenID provider. A person here is tied to an issuer and a subject there, by who has proved to be
both: never by an e-mail, which the provider may give to somebody else one day.

The browser's cookie is the secret of it all: the state, the nonce and the code verifier come from it, so that an
answer which another browser began is worth nothing in this one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from pydantic import TypeAdapter
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, ActorKind, audited
from orchestrator.errors import not_found
from orchestrator.identity import repository, ways_in
from orchestrator.identity.doing import Doer
from orchestrator.identity.oidc import repository as links
from orchestrator.identity.oidc.provider import Provider, Unreachable
from orchestrator.identity.oidc.repository import Flow, Link, Purpose
from orchestrator.identity.oidc.token import Identity, Unbelieved
from orchestrator.identity.repository import User
from orchestrator.identity.schemas import Email, Mode
from orchestrator.identity.second_factor import codes as second_factor
from orchestrator.identity.sessions.issuing import From
from orchestrator.ids import new_id
from orchestrator.storage.columns import EPOCH
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)

LIFE = timedelta(minutes=10)
SKEW = timedelta(minutes=2)  # that the provider's clock may be behind
NAME_LENGTH = 100
Told = Callable[[Connection, User], None]
EMAIL: TypeAdapter[str] = TypeAdapter(Email)


class Refused(StrEnum):
    """Why nothing came of it: words are on the page that the browser ends on."""

    DECLINED = "oidc_declined"  # the person, or the provider, said no
    OVER = "oidc_over"  # answered before, too late, or begun in another browser
    UNREACHABLE = "oidc_unreachable"
    UNBELIEVED = "oidc_unbelieved"  # what the provider sent proves nothing
    UNKNOWN = "oidc_unknown"  # nobody here is tied to that person
    NO_EMAIL = "oidc_no_email"  # a new user needs an e-mail that the provider has verified
    EMAIL_TAKEN = "oidc_email_taken"  # who has it signs in as always, and then ties the two
    TIED_ELSEWHERE = "oidc_tied_elsewhere"  # that person is tied to another user here
    TIED_ALREADY = "oidc_tied_already"  # this user is tied to another person there
    NOT_ANEW = "oidc_not_anew"  # the provider did not ask the person again
    ENDED = "oidc_ended"  # the login that asked is over


class NotDone(Exception):
    """`flow`: what it was for, where that is known."""

    def __init__(self, why: Refused, flow: Flow | None = None) -> None:
        super().__init__(why.value)
        self.why, self.flow = why, flow


@dataclass(frozen=True, slots=True)
class Back:
    """What the browser brought back in the address."""

    state: str
    code: str
    error: str
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """Who it is here, and what it was for."""

    flow: Flow
    identity: Identity
    user: User


def proven_at(done: Done, provider: Provider, now: datetime) -> datetime:
    """When the person last proved who they are, by our time: in another age when the provider does not say."""
    if (at := done.identity.authenticated_at) is None:
        return EPOCH
    return now - max(provider.now() - at, timedelta(0))


def new_secret() -> str:
    """Of a browser, in its cookie."""
    return secrets.token_urlsafe(32)


async def begin(
    db: Database,
    provider: Provider,
    *,
    browser: str,
    purpose: Purpose,
    user_id: UserId | None = None,
    session: str | None = None,
) -> str:
    """The address at the provider where the person goes. Raises NotDone."""
    state, now = secrets.token_urlsafe(32), provider.now()
    flow = Flow(kept(state), purpose, kept(browser), user_id, session, now, now + LIFE)
    try:
        url = await provider.authorization_url(
            state=state,
            nonce=_derived(browser, "nonce", state),
            verifier=_derived(browser, "verifier", state),
            anew=purpose is Purpose.PROOF,
        )
    except Unreachable as error:
        log.warning("oidc provider not reached", why=str(error))
        raise NotDone(Refused.UNREACHABLE, flow) from error
    await db.write(lambda conn: links.begin(conn, flow))
    return url


async def finish(
    db: Database,
    provider: Provider,
    *,
    browser: str,
    back: Back,
    by: From,
    signup: bool,
    told: Told,
    now: datetime,
) -> Done:
    """`told`: tells a user by letter, in the transaction that ties them to somebody there. `now` is the time of
    what is kept; how long it took is the world's. Raises NotDone."""
    flow = await db.write(
        lambda conn: links.take(conn, kept(back.state), bound_to=kept(browser), now=provider.now())
    )
    if flow is None:
        raise NotDone(Refused.OVER)
    if back.error or not back.code:
        log.info("oidc sign-in declined", error=back.error[:100])
        raise NotDone(Refused.DECLINED, flow)
    try:
        who = await provider.identity(
            back.code,
            nonce=_derived(browser, "nonce", back.state),
            verifier=_derived(browser, "verifier", back.state),
            said_issuer=back.issuer,
        )
    except Unreachable as error:
        log.warning("oidc provider not reached", why=str(error))
        raise NotDone(Refused.UNREACHABLE, flow) from error
    except Unbelieved as error:
        log.warning("oidc answer not believed", why=str(error))
        raise NotDone(Refused.UNBELIEVED, flow) from error
    return Done(flow, who, await _user(db, flow, who, by, signup=signup, told=told, now=now))


async def _user(
    db: Database, flow: Flow, who: Identity, by: From, *, signup: bool, told: Told, now: datetime
) -> User:
    def work(conn: Connection) -> User:
        link = links.link_of(conn, who.issuer, who.subject)
        if flow.purpose is Purpose.LOGIN:
            return _signed_in(conn, link, who, by, signup=signup, now=now)
        return _tied(conn, flow, link, who, by, told, now)

    try:
        lock = f"oidc:{hashlib.sha256(f'{who.issuer} {who.subject}'.encode()).hexdigest()}"
        return await db.write(work, lock=lock)
    except NotDone as error:
        raise NotDone(error.why, flow) from error
    except IntegrityError as error:  # the e-mail, or the user, at the same moment another way
        taken = Refused.EMAIL_TAKEN if flow.purpose is Purpose.LOGIN else Refused.TIED_ALREADY
        raise NotDone(taken, flow) from error


def _signed_in(
    conn: Connection, link: Link | None, who: Identity, by: From, *, signup: bool, now: datetime
) -> User:
    """The user who is tied to that person; a new one, where that is allowed."""
    if link is not None and (user := repository.by_id(conn, link.user_id)) is not None:
        links.use_link(conn, link.id, email=who.email, now=now)
        return user
    if not signup:
        raise NotDone(Refused.UNKNOWN)
    try:
        email = EMAIL.validate_python(who.email)
    except ValueError as error:
        raise NotDone(Refused.NO_EMAIL) from error
    user = User(
        id=UserId(new_id("usr")),
        email=email,
        name=(who.name or email.partition("@")[0])[:NAME_LENGTH],
        password_hash=None,
        mode=Mode.ORCHESTRATOR,
        primary_account=None,
        created_at=now,
        email_verified_at=now,
    )
    if not repository.add_user(conn, user):
        raise NotDone(Refused.EMAIL_TAKEN)
    actor = Actor(ActorKind.LOGIN, user.id, address=by.address)
    audited(conn, user_id=user.id, actor=actor, action=Action.SIGNED_UP, at=now)
    _tie(conn, user.id, who, actor, now)
    return user


def _tied(
    conn: Connection, flow: Flow, link: Link | None, who: Identity, by: From, told: Told, now: datetime
) -> User:
    """The user who asked in a login of theirs, which still goes on: tied to that person, or proven by them."""
    assert flow.user_id is not None  # only a sign-in is nobody's
    user = repository.by_id(conn, flow.user_id)
    if user is None or repository.session(conn, flow.user_id, flow.session or "") is None:
        raise NotDone(Refused.ENDED)
    if link is not None and link.user_id != user.id:
        raise NotDone(Refused.TIED_ELSEWHERE)
    if flow.purpose is Purpose.PROOF:
        if link is None:
            raise NotDone(Refused.UNKNOWN)
        if second_factor.is_on(conn, user.id):  # turned on since this began
            raise NotDone(Refused.OVER)
        if who.authenticated_at is None or who.authenticated_at < flow.begun_at - SKEW:
            raise NotDone(Refused.NOT_ANEW)
        links.use_link(conn, link.id, email=who.email, now=now)
    elif link is None:
        if any(one.issuer == who.issuer for one in links.links_of_user(conn, user.id)):
            raise NotDone(Refused.TIED_ALREADY)
        actor = Actor(ActorKind.LOGIN, user.id, flow.session or "", by.address)
        _tie(conn, user.id, who, actor, now)
        told(conn, user)
    return user


async def listed(db: Database, user_id: UserId) -> list[Link]:
    """The newest first."""
    return await db.read(lambda conn: links.links_of_user(conn, user_id))


async def untie(db: Database, user_id: UserId, link_id: str, *, issuer: str, doer: Doer, told: Told) -> None:
    """Raises Problem 404, 409 `last_way_in`."""

    def work(conn: Connection) -> None:
        if not links.remove_link(conn, user_id, link_id):
            raise not_found("link")
        ways_in.keep_one(conn, user_id, issuer=issuer)
        doer.did(conn, Action.PROVIDER_UNTIED, link_id)
        if (user := repository.by_id(conn, user_id)) is not None:
            told(conn, user)

    await db.write(work, lock=ways_in.lock(user_id))


def _tie(conn: Connection, user_id: UserId, who: Identity, actor: Actor, now: datetime) -> None:
    link = Link(new_id("lnk"), user_id, who.issuer, who.subject, who.email, now, now)
    links.add_link(conn, link)
    audited(
        conn,
        user_id=user_id,
        actor=actor,
        action=Action.PROVIDER_TIED,
        at=now,
        subject=link.id,
        detail={"issuer": who.issuer, "email": who.email},
    )


def kept(secret: str) -> str:
    """How a random text is kept, a browser's or a state."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _derived(browser: str, use: str, state: str) -> str:
    """43 characters that only who has the browser's secret knows."""
    told = hmac.digest(browser.encode(), f"{use} {state}".encode(), "sha256")
    return base64.urlsafe_b64encode(told).rstrip(b"=").decode()
