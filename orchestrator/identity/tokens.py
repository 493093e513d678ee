"""Access tokens (short-lived JWT, HS256) and refresh tokens (random, kept only as a hash)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.identity.claims import Role, Way, Ways
from orchestrator.keys import Ring, key_id, ring_of

ALGORITHM = "HS256"
ISSUER = "trademaster"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who holds a token: `session` is the login it belongs to, in which the person proved in these `ways` who they are,
    last at `proven_at`. `expires`: seconds since 1970."""

    user_id: UserId
    expires: int
    session: str
    proven_at: datetime = EPOCH
    ways: Ways = frozenset()
    role: Role = Role.USER


def access_token(
    user_id: UserId,
    *,
    key: bytes | Ring,
    now: datetime,
    minutes: int,
    session: str = "",
    proven_at: datetime = EPOCH,
    ways: Iterable[Way] = (),
    role: Role = Role.USER,
) -> str:
    """Signed and good for `minutes` from `now` (aware)."""
    claims = {
        "iss": ISSUER,
        "sub": user_id,
        "sid": session,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=minutes)).timestamp()),
        "auth_time": int(proven_at.timestamp()),
        "amr": sorted(ways),
        "role": role,
    }
    secret = ring_of(key).current
    return jwt.encode({"alg": ALGORITHM, "kid": key_id(secret)}, claims, OctKey.import_key(secret))


def bearer_of(token: str, *, key: bytes | Ring, now: datetime, ended: Container[str] = ()) -> Bearer:
    """Whose token this is. `ended`: sessions that are over although their tokens are not. Raises Problem 401
    `token_invalid`, `token_expired` or `session_ended`."""
    bearer = _signed(token, key if isinstance(key, bytes) else _signer(token, key))
    if now.timestamp() >= bearer.expires:
        raise _refused("token_expired", "the access token has ended")
    if bearer.session in ended:
        raise _refused("session_ended", "this login was ended")
    return bearer


def user_of(token: str, *, key: bytes | Ring, now: datetime, ended: Container[str] = ()) -> UserId:
    """As `bearer_of`."""
    return bearer_of(token, key=key, now=now, ended=ended).user_id


def _signer(token: str, ring: Ring) -> bytes:
    """The key that a token names, to be checked. Raises Problem 401 for one that we do not have."""
    secret = ring.named(_named_key(token.partition(".")[0]))
    if secret is None:
        raise _refused("token_invalid", "the access token is not one of ours")
    return secret


@lru_cache(maxsize=64)
def _named_key(header: str) -> str:
    """The `kid` of a token's first part; nothing for whatever is none."""
    try:
        given = orjson.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
        return str(given["kid"])
    except (ValueError, LookupError, TypeError):
        return ""


@lru_cache(maxsize=4096)
def _signed(token: str, key: bytes) -> Bearer:
    """A good signature is checked once, a bad one whenever it comes."""
    try:
        claims = jwt.decode(token, OctKey.import_key(key), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # The library trusts the shapes in a header that anybody may write.
        raise _refused("token_invalid", "the access token is not one of ours") from error
    expires, user_id, session = claims.get("exp"), claims.get("sub"), claims.get("sid", "")
    texts = isinstance(user_id, str) and isinstance(session, str)
    if claims.get("iss") != ISSUER or not isinstance(expires, int) or not texts:
        raise _refused("token_invalid", "the access token is not one of ours")
    try:
        proven_at = EPOCH + timedelta(seconds=claims["auth_time"])
        ways, role = frozenset(map(Way, claims["amr"])), Role(claims["role"])
    except (LookupError, ValueError, TypeError) as error:  # as an earlier version of ours made them
        raise _refused("token_invalid", "the access token is not one of ours") from error
    return Bearer(UserId(str(user_id)), expires, str(session), proven_at, ways, role)


def _refused(code: str, detail: str) -> Problem:
    return Problem(
        401,
        code,
        detail,
        fix="refresh it at POST /v1/users/refresh or log in again",
        headers={"www-authenticate": "Bearer"},
    )


def new_refresh_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """How a random token is kept: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
