"""The second factor of somebody who came back from an OpenID provider: theirs here is asked for all the same, for who
ties the two has not turned it off."""

from __future__ import annotations

from datetime import datetime

from orchestrator.errors import Problem
from orchestrator.identity import lockout, repository, signing_in
from orchestrator.identity.claims import Way
from orchestrator.identity.lockout import Tries
from orchestrator.identity.oidc import repository as links
from orchestrator.identity.oidc import service as oidc
from orchestrator.identity.oidc.provider import Provider
from orchestrator.identity.oidc.repository import Flow, Purpose
from orchestrator.identity.oidc.service import Done
from orchestrator.identity.second_factor import codes as second_factor
from orchestrator.identity.sessions import service
from orchestrator.identity.sessions.issuing import From, Tokens
from orchestrator.identity.signing_in import Desk
from orchestrator.storage.db import Database


async def ask(db: Database, done: Done, provider: Provider, *, browser: str) -> None:
    """Keep it that this browser's person is who they are at the provider, until the code has come."""
    now = provider.now()
    waits = Flow(
        oidc.kept(oidc.new_secret()),
        Purpose.CODE,
        oidc.kept(browser),
        done.user.id,
        None,
        now,
        now + oidc.LIFE,
    )
    await db.write(lambda conn: links.begin(conn, waits))


async def given(
    desk: Desk, provider: Provider, *, browser: str, code: str, by: From, now: datetime
) -> Tokens:
    """Raises Problem 401 `totp_wrong`, 403 `user_disabled`, 409 `oidc_over`, 429 `locked_out`."""
    bound = oidc.kept(browser)
    waits = await desk.db.read(lambda conn: links.waiting(conn, bound_to=bound, now=provider.now()))
    user_id = waits.user_id if waits else None
    user = await desk.db.read(lambda conn: repository.by_id(conn, user_id)) if user_id else None
    if waits is None or user is None:
        raise Problem(
            409, "oidc_over", "this took too long, or was begun in another browser", fix="sign in again"
        )
    tries = Tries.of_user(user.id)
    number = await lockout.begin(desk.db, tries, most=desk.settings.lockout_failures, now=now)
    way = await second_factor.way_of(desk.db, desk.vault, user.id, code, now=now)
    if way is None:
        await signing_in.refused(desk, user, by, number, now)
        words = "this code does not fit, or was used"
        raise Problem(401, "totp_wrong", words, field="totp", fix="wait for the next one")
    if way is Way.RECOVERY:
        await signing_in.recovery_used(desk, user, by, now)
    taken = await desk.db.write(
        lambda conn: links.take(conn, waits.state, bound_to=bound, now=provider.now())
    )
    if taken is None:
        raise Problem(409, "oidc_over", "this was answered before", fix="sign in again")
    return await service.start_session(
        desk.db,
        user,
        by=by,
        ways={Way.OIDC, way},
        keys=desk.keys,
        settings=desk.settings,
        mailer=desk.mailer,
        now=now,
        tries=tries,
    )
