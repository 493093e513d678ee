"""What an OpenID provider says of a person, believed only when it is signed by the provider's own keys, for us, now,
and for the sign-in that this browser began."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

# Signatures that only the provider can make: "none" is nobody's, and the HS kinds are ours as much as theirs.
ALGORITHMS = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
SYMMETRIC = "oct"
LEEWAY = 60  # seconds that two clocks may differ
LONGEST = 255  # characters of a subject, by the specification
BROKEN = (
    JoseError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    ArithmeticError,  # a time beyond all clocks,
    OSError,  # or beyond the machine's
)


class Unbelieved(Exception):
    """It proves nothing; the words are for the log."""


@dataclass(frozen=True, slots=True)
class Expected:
    """`algorithms`: those that the provider says it uses."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Collection[str]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is there. `email` only when the provider has verified it, "" otherwise. `authenticated_at`: when
    they last proved it there, None when it does not say."""

    issuer: str
    subject: str
    email: str
    name: str
    authenticated_at: datetime | None


def key_set(document: Mapping[str, Any]) -> KeySet:
    """The public keys of a JWKS. Raises Unbelieved."""
    try:
        public = [
            one for one in document["keys"] if one["kty"] != SYMMETRIC and one.get("use", "sig") == "sig"
        ]
        return KeySet.import_key_set({"keys": public})
    except BROKEN as error:
        raise Unbelieved(f"no keys: {error}") from error


def key_named(token: str) -> str | None:
    """Which key the token says it is signed with. Raises Unbelieved."""
    try:
        named = jws.extract_compact(token.encode()).headers().get("kid")
    except BROKEN as error:
        raise Unbelieved(f"not a token: {error}") from error
    return named if isinstance(named, str) else None


def identity(token: str, *, keys: KeySet, expected: Expected, access_token: str, now: datetime) -> Identity:
    """Raises Unbelieved."""
    allowed = sorted(ALGORITHMS & set(expected.algorithms))
    try:
        decoded = jwt.decode(token, keys, algorithms=allowed)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": expected.issuer},
                "aud": {"essential": True, "value": expected.client_id},
                "exp": {"essential": True},
            },
            {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": access_token},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        return _of(decoded.claims, expected.issuer)
    except BROKEN as error:
        raise Unbelieved(str(error) or type(error).__name__) from error


def _of(claims: Mapping[str, Any], issuer: str) -> Identity:
    subject, email, name, at = (claims.get(key) for key in ("sub", "email", "name", "auth_time"))
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST or "\0" in subject:
        raise Unbelieved("no subject")
    verified = isinstance(email, str) and claims.get("email_verified") is True
    return Identity(
        issuer=issuer,
        subject=subject,
        email=str(email).strip().lower() if verified else "",
        name=name if isinstance(name, str) and name.isprintable() else "",
        authenticated_at=datetime.fromtimestamp(at, UTC) if isinstance(at, int) else None,
    )
