"""Signing in at an OpenID provider, on the wire."""

from __future__ import annotations

from orchestrator.identity.oidc.repository import Link
from orchestrator.identity.schemas import Code
from orchestrator.schemas import In, Out, Time


class ProviderOut(Out):
    """`label`: what the button says after "Sign in with". `start`: where the browser goes."""

    label: str
    start: str


class WaysOut(Out):
    """What the sign-in page may offer beside e-mail and password. `passkeys_at`: the one address (scheme, name, port)
    at which a browser uses passkeys here, null where there is none; `provider`: null where none is set."""

    passkeys_at: str | None
    provider: ProviderOut | None


class GoOut(Out):
    """Where the browser goes now. It comes back by itself."""

    url: str


class ProviderCodeIn(In):
    totp: Code


class LinkOut(Out):
    """A person at a provider who signs in as this user. `email`: as the provider last told it, may be empty.
    `usable`: it is the provider of the settings now."""

    id: str
    issuer: str
    email: str
    usable: bool
    created_at: Time
    used_at: Time | None

    @staticmethod
    def of(link: Link, issuer: str) -> LinkOut:
        return LinkOut(
            id=link.id,
            issuer=link.issuer,
            email=link.email,
            usable=link.issuer == issuer,
            created_at=link.created_at,
            used_at=link.used_at,
        )


class LinksOut(Out):
    """The newest first. `label`: the provider of the settings, null where none is set."""

    items: list[LinkOut]
    label: str | None
