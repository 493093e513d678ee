"""Whether somebody reads their e-mail: shown at sign-up where the installation asks for it, and at each change."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.errors import Problem
from orchestrator.identity import brake, lockout, passwords, people, repository
from orchestrator.identity.letters import links
from orchestrator.identity.letters.links import LIVES, Purpose, SignUp
from orchestrator.identity.lockout import Tries
from orchestrator.identity.repository import User
from orchestrator.identity.sessions.issuing import From
from orchestrator.identity.signing_in import Desk
from orchestrator.ids import new_id
from orchestrator.mail import words

HOURS = int(LIVES[Purpose.EMAIL].total_seconds() // 3600)


async def sign_up(desk: Desk, *, email: str, password: str, name: str, now: datetime) -> SignUp:
    """A link is sent, and the user is made when it is followed. The same is answered and done when the e-mail is
    taken, whose owner is told. Raises Problem 422 for a weak password."""
    hashed = await people.new_hash(password, field="password", about=(email, name))
    one = SignUp(UserId(new_id("usr")), email, name or email.partition("@")[0], hashed)
    may = await brake.may_write(desk.db, email=email, now=now)

    def work(conn: Connection) -> None:
        taken = repository.by_email(conn, email) is not None
        token = links.wait_for(conn, one, now)  # nobody is told it when the e-mail is taken
        told = (
            words.sign_up_again(email, base=desk.settings.base_url)
            if taken
            else words.verify(email, link=_link(desk, token), hours=HOURS)
        )
        if may:
            desk.mailer.put(conn, told)

    await desk.db.write(work)
    return one


async def follow(desk: Desk, token: str, *, password: str | None, by: From, now: datetime) -> User:
    """A link was followed: of a sign-up, for which the password is asked again (somebody else may have chosen it), or
    of a user. Raises Problem 403 `password_needed` or `wrong_password`, 409 `email_taken`, 410 `link_over`."""
    one = await desk.db.read(lambda conn: links.waiting(conn, token, now))
    if one is None:
        return await _confirmed(desk, token, by=by, now=now)
    if password is None:
        raise Problem(
            403,
            "password_needed",
            "give the password that you chose",
            field="password",
            fix="send it with the token",
        )
    tries = Tries.at_email(f"sign-up {one.user_id}")
    await lockout.begin(desk.db, tries, most=desk.settings.lockout_failures, now=now)
    if not await passwords.matches(password, one.password_hash):
        raise Problem(403, "wrong_password", "this is not the password that you chose", field="password")
    user = people.new_user(
        one.user_id, email=one.email, name=one.name, password_hash=one.password_hash, verified_at=now, now=now
    )

    def work(conn: Connection) -> bool:
        lockout.succeeded(conn, tries)
        if links.waiting(conn, token, now) is None or not repository.add_user(conn, user):
            return False
        links.came(conn, one.email)
        audited(
            conn,
            user_id=user.id,
            actor=Actor.stranger(by.address),
            action=Action.SIGNED_UP,
            at=now,
            subject=user.id,
        )
        return True

    try:
        added = await desk.db.write(work)
    except IntegrityError:  # two at the same moment
        added = False
    if not added:
        raise people.email_taken()
    return user


async def ask(desk: Desk, user: User, *, email: str, by: From, now: datetime) -> None:
    """Send a link to this address, which is the user's own or is to be it. Nothing tells whether somebody else has it.
    Raises Problem 429."""
    for mailbox in dict.fromkeys(
        (user.email, email)
    ):  # both get a letter, and no one user writes to many addresses
        if not await brake.may_write(desk.db, email=mailbox, now=now):
            raise _too_many_letters()

    def work(conn: Connection) -> None:
        base, other = desk.settings.base_url, repository.by_email(conn, email)
        if other is not None and other.id != user.id:
            desk.mailer.put(conn, words.sign_up_again(email, base=base))
        else:
            token = links.new(conn, Purpose.EMAIL, user.id, email, now)
            desk.mailer.put(conn, words.verify(email, link=_link(desk, token), hours=HOURS))
        if email != user.email:
            desk.mailer.put(conn, words.email_changing(user.email, new=email, base=base))
            actor, action = Actor.stranger(by.address), Action.EMAIL_CHANGE_ASKED
            audited(conn, user_id=user.id, actor=actor, action=action, at=now, subject=user.id)

    await desk.db.write(work)


async def _confirmed(desk: Desk, token: str, *, by: From, now: datetime) -> User:
    def work(conn: Connection) -> User | None:
        link = links.take(conn, Purpose.EMAIL, token, now)
        user = repository.held(conn, link.user_id) if link is not None else None
        if link is None or user is None:
            return None
        repository.change_user(conn, user.id, {"email": link.email, "email_verified_at": now})
        note = partial(
            audited, conn, user_id=user.id, actor=Actor.stranger(by.address), at=now, subject=user.id
        )
        note(action=Action.EMAIL_VERIFIED)
        if link.email != user.email:
            note(action=Action.EMAIL_CHANGED)
            links.forget(conn, user.id)  # a reset that the old address asked for
            base = desk.settings.base_url
            desk.mailer.put(conn, words.email_changed(user.email, new=link.email, base=base))
        return repository.by_id(conn, user.id)

    try:
        user = await desk.db.write(work)
    except IntegrityError as error:  # somebody else has signed up with it meanwhile
        raise people.email_taken() from error
    if user is None:
        raise link_over()
    return user


def _too_many_letters() -> Problem:
    return Problem(
        429,
        "too_many_letters",
        "letters were sent to this address already, or to your own",
        fix="look into the mailbox, or wait an hour",
        headers={"retry-after": "3600"},
    )


def link_over() -> Problem:
    return Problem(
        410, "link_over", "this link was used, is too old, or is not one of ours", fix="ask for another one"
    )


def _link(desk: Desk, token: str) -> str:
    return f"{desk.settings.base_url}/verify#{token}"
