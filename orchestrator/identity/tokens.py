"""Access tokens (short-lived JWT, HS256) and refresh tokens (random, kept only as a hash)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import lru_cache

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from domain.account import UserId
from orchestrator.errors import Problem

ALGORITHM = "HS256"
ISSUER = "trademaster"


def access_token(user_id: UserId, *, key: bytes, now: datetime, minutes: int) -> str:
    """Signed and good for `minutes` from `now` (aware)."""
    claims = {
        "iss": ISSUER,
        "sub": user_id,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=minutes)).timestamp()),
    }
    return jwt.encode({"alg": ALGORITHM}, claims, OctKey.import_key(key))


def user_of(token: str, *, key: bytes, now: datetime) -> UserId:
    """Whose token this is. Raises Problem 401 `token_invalid` or `token_expired`."""
    user_id, expires = _signed(token, key)
    if now.timestamp() >= expires:
        raise _refused("token_expired", "the access token has ended")
    return user_id


@lru_cache(maxsize=4096)
def _signed(token: str, key: bytes) -> tuple[UserId, int]:
    """Whose token this is and when it ends, in seconds since 1970. A good signature is checked once, a bad one
    whenever it comes."""
    try:
        claims = jwt.decode(token, OctKey.import_key(key), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # The library trusts the shapes in a header that anybody may write.
        raise _refused("token_invalid", "the access token is not one of ours") from error
    expires, user_id = claims.get("exp"), claims.get("sub")
    if claims.get("iss") != ISSUER or not isinstance(expires, int) or not isinstance(user_id, str):
        raise _refused("token_invalid", "the access token is not one of ours")
    return UserId(user_id), expires


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
