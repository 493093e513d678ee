"""The user's own personal tokens over HTTP: a person's business, never a program's."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path
from starlette.requests import HTTPConnection

from orchestrator.errors import problems
from orchestrator.identity.access import CurrentBearer
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Proven, proven, verified_first
from orchestrator.state import Config, Db, Now
from orchestrator.tokens import repository, service
from orchestrator.tokens.personal import PersonalTokens
from orchestrator.tokens.schemas import (
    NewTokenOut,
    PersonalTokenOut,
    PersonalTokensOut,
    RotateIn,
    TokenIn,
    TokenPatch,
)

router = APIRouter(prefix="/v1/users/me/tokens", tags=["tokens"])


async def _known(connection: HTTPConnection) -> PersonalTokens:
    return cast(PersonalTokens, connection.app.state.tokens)


KnownTokens = Annotated[PersonalTokens, Depends(_known)]
TokenId = Annotated[str, Path(min_length=1, max_length=32)]


@router.get("", responses=problems(401))
async def list_tokens(login: CurrentBearer, db: Db, clock: Now, known: KnownTokens) -> PersonalTokensOut:
    """My programs' keys, the newest first, with when and from where each was last used."""
    await known.store()
    found = await db.read(lambda conn: repository.of_user(conn, login.user_id))
    now = clock()
    items = [PersonalTokenOut.of(one, live=one.live(now)) for one in found if one.revoked_at is None]
    return PersonalTokensOut(items=items)


@router.post("", status_code=201, responses=problems(401, 409, 422))
async def make_token(
    body: TokenIn, login: Proven, acting: Acting, db: Db, settings: Config, clock: Now
) -> NewTokenOut:
    """A key for a program. Its text is in this answer and nowhere else. Needs a login that was proven lately, and a
    confirmed e-mail where the installation asks for one."""
    await verified_first(db, settings, login.user_id)
    token, text = await service.make(db, acting, body, clock())
    return NewTokenOut(**PersonalTokenOut.of(token, live=True).model_dump(), token=text)


@router.get("/{token_id}", responses=problems(401, 404))
async def get_token(token_id: TokenId, login: CurrentBearer, db: Db, clock: Now) -> PersonalTokenOut:
    """One token: what it may do, until when, and when it was last used."""
    token = await service.find(db, login.user_id, token_id)
    return PersonalTokenOut.of(token, live=token.live(clock()))


@router.patch("/{token_id}", responses=problems(401, 404, 409, 422))
async def change_token(
    token_id: TokenId,
    body: TokenPatch,
    login: CurrentBearer,
    acting: Acting,
    db: Db,
    settings: Config,
    clock: Now,
    known: KnownTokens,
) -> PersonalTokenOut:
    """Another name, other scopes, another policy: in force at once. What allows more needs a login that was proven
    lately."""
    token = await service.find(db, login.user_id, token_id)
    if service.loosens(token, body):
        await proven(login, db, settings, clock)
    after = await service.change(db, acting, token, body)
    await known.changed([token_id])
    return PersonalTokenOut.of(after, live=after.live(clock()))


@router.post("/{token_id}/rotate", responses=problems(401, 404, 409, 422))
async def rotate_token(
    token_id: TokenId,
    body: RotateIn,
    login: Proven,
    acting: Acting,
    db: Db,
    clock: Now,
    known: KnownTokens,
) -> NewTokenOut:
    """A new text for the same key; the one of before is good for `overlap` seconds more, or ends at once."""
    token, text = await service.rotate(db, acting, token_id, overlap=body.overlap, now=clock())
    await known.changed([token_id])
    return NewTokenOut(**PersonalTokenOut.of(token, live=True).model_dump(), token=text)


@router.delete("/{token_id}", status_code=204, responses=problems(401, 404))
async def revoke_token(
    token_id: TokenId, login: CurrentBearer, acting: Acting, db: Db, clock: Now, known: KnownTokens
) -> None:
    """It is refused from now on, everywhere, and its sockets are closed."""
    await service.revoke(db, acting, token_id, clock())
    await known.changed([token_id])
