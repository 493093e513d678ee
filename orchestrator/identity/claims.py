"""What a login is known by: the ways in which its person proved who they are, and what it may be used for."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """user: trades for oneself; operator: keeps the installation, and sees no user's accounts, orders or secrets."""

    USER = "user"
    OPERATOR = "operator"


class Way(StrEnum):
    """How somebody proves who they are."""

    PASSWORD = "password"
    TOTP = "totp"  # a code of an authenticator app
    RECOVERY = "recovery"  # a recovery code, in place of one
    PASSKEY = "passkey"
    OIDC = "oidc"  # somebody else's word for it


Ways = frozenset[Way]


def written(ways: Iterable[Way]) -> str:
    """As a column keeps them: in the order of the enum, a space between."""
    given = frozenset(ways)
    return " ".join(way.value for way in Way if way in given)


def read(text: str) -> Ways:
    """What `written` wrote. Raises ValueError for any other word."""
    return frozenset(Way(word) for word in text.split())
