"""Step-up: what a stolen screen must not do asks for the person, who proves anew in the same login who they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.identity import repository
from orchestrator.identity.access import CurrentBearer
from orchestrator.identity.claims import Role, Way
from orchestrator.identity.oidc import repository as oidc
from orchestrator.identity.passkeys import repository as passkeys
from orchestrator.identity.second_factor import codes as second_factor
from orchestrator.identity.tokens import Bearer
from orchestrator.state import Config, Db, Now
from orchestrator.storage.db import Database


async def proven(login: CurrentBearer, db: Db, settings: Config, clock: Now) -> Bearer:
    """A login whose person proved lately who they are. Raises Problem 401, 403 `step_up_needed` with the `ways` that
    they have: a passkey proves it alone, and so does the provider; else all the others together."""
    if clock() - login.proven_at <= timedelta(minutes=settings.step_up_minutes):
        return login
    ways = await db.read(lambda connection: ways_of(connection, login.user_id, issuer=settings.oidc_issuer))
    raise Problem(
        403,
        "step_up_needed",
        "this needs you to prove again who you are",
        rule=f"proven within {settings.step_up_minutes} minutes",
        fix="POST /v1/users/me/proof, and ask again with the access token that it answers",
        ways=[way.value for way in Way if way in ways],
    )


Proven = Annotated[Bearer, Depends(proven)]


async def operator(login: CurrentBearer) -> Bearer:
    """A login of an operator. Raises Problem 401, 403 `operators_only`."""
    if login.role is not Role.OPERATOR:
        raise Problem(403, "operators_only", "this is for the operators of this installation")
    return login


Operator = Annotated[Bearer, Depends(operator)]


async def verified_first(db: Database, settings: Settings, user_id: UserId) -> None:
    """For what waits until a user has shown that they read their e-mail. Raises Problem 403 `email_unverified` where
    the installation asks for that."""
    if not settings.verify_email:
        return
    user = await db.read(lambda connection: repository.by_id(connection, user_id))
    if user is None or user.email_verified_at is None:
        raise Problem(
            403,
            "email_unverified",
            "confirm your e-mail first",
            fix="follow the link of the letter; POST /v1/users/me/email/verify sends another one",
        )


def ways_of(connection: Connection, user_id: UserId, *, issuer: str) -> set[Way]:
    """In which the user can prove who they are. `issuer`: the provider at which one may sign in now, "" for none; its
    word does not stand in for a second factor here."""
    user = repository.by_id(connection, user_id)
    coded = second_factor.is_on(connection, user_id)
    tied = any(one.issuer == issuer for one in oidc.links_of_user(connection, user_id))
    has = {
        Way.PASSWORD: user is not None and user.password_hash is not None,
        Way.TOTP: coded,
        Way.PASSKEY: passkeys.number(connection, user_id) > 0,
        Way.OIDC: tied and not coded,
    }
    return {way for way, there in has.items() if there}
