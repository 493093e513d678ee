"""The OpenID provider of the settings: where it is, by its own word, and which keys it signs with."""

from __future__ import annotations

import ssl
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.jwk import KeySet

from orchestrator.config import Settings
from orchestrator.identity.oidc import token as oidc_token
from orchestrator.identity.oidc.token import Expected, Identity, Unbelieved
from orchestrator.state import Clock

log = structlog.get_logger(__name__)

ANSWER = 10.0  # seconds that it may take to answer
FRESH = timedelta(hours=1)  # what it said of itself is believed for so long
PAUSE = timedelta(
    minutes=1
)  # before its keys are asked for again because of a token that names an unknown one
METHODS = ("client_secret_basic", "client_secret_post")


class Unreachable(Exception):
    """It does not answer, or not as a provider does; the words are for the log."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What it says of itself."""

    authorization: str
    token: str
    jwks: str
    algorithms: tuple[str, ...]
    methods: tuple[str, ...]
    names_itself: bool  # in what comes back from it (RFC 9207)


class Provider:
    """`now`: the world's time, which the provider's tokens carry, whatever time the market has."""

    def __init__(self, settings: Settings, now: Clock) -> None:
        self.issuer, self.label = settings.oidc_issuer, settings.oidc_label
        self.redirect_uri = f"{settings.base_url}/v1/users/oidc/callback"
        self._client_id, self._secret = (
            settings.oidc_client_id,
            settings.oidc_client_secret.get_secret_value(),
        )
        self._scopes, self.now = settings.oidc_scopes, now
        self._metadata: tuple[Metadata, datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None

    async def authorization_url(self, *, state: str, nonce: str, verifier: str, anew: bool) -> str:
        """Where the person goes. `anew`: they are to prove again who they are. Raises Unreachable."""
        about = await self._about()
        more = {"prompt": "login", "max_age": "0"} if anew else {}
        async with self._client(about) as client:
            url, _ = client.create_authorization_url(
                about.authorization, state=state, code_verifier=verifier, nonce=nonce, **more
            )
        return str(url)

    async def identity(self, code: str, *, nonce: str, verifier: str, said_issuer: str | None) -> Identity:
        """Who came back with this code. `said_issuer`: the provider that the answer names. Raises Unreachable,
        Unbelieved."""
        about = await self._about()
        if said_issuer != self.issuer and (said_issuer is not None or about.names_itself):
            raise Unbelieved("another provider's answer")
        try:
            async with self._client(about) as client:
                tokens = await client.fetch_token(
                    about.token, grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except AuthlibBaseError as error:
            raise Unbelieved(f"the code was not taken: {error.error}") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        token, access = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(token, str) or not isinstance(access, str):
            raise Unbelieved("no id_token")
        return oidc_token.identity(
            token,
            keys=await self._keys_for(token, about),
            expected=Expected(self.issuer, self._client_id, nonce, about.algorithms),
            access_token=access,
            now=self.now(),
        )

    async def _about(self) -> Metadata:
        known, now = self._metadata, self.now()
        if known is None or now - known[1] > FRESH:
            told = await self._json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            known = self._metadata = (_metadata(told, self.issuer), now)
        return known[0]

    async def _keys_for(self, token: str, about: Metadata) -> KeySet:
        """Asked for anew when it signs with one that we do not know: keys are changed without a word."""
        named, known, now = oidc_token.key_named(token), self._keys, self.now()
        unknown = known is not None and named is not None and named not in {key.kid for key in known[0].keys}
        if known is None or now - known[1] > FRESH or (unknown and now - known[1] > PAUSE):
            known = self._keys = (oidc_token.key_set(await self._json(about.jwks)), now)
        return known[0]

    async def _json(self, url: str) -> dict[str, Any]:
        """Raises Unreachable."""
        try:
            async with httpx2.AsyncClient(timeout=ANSWER, verify=_trust()) as http:
                answer = (await http.get(url)).raise_for_status().json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise Unreachable(f"{url}: {error or type(error).__name__}") from error
        if not isinstance(answer, dict):
            raise Unreachable(f"{url}: not an object")
        return answer

    def _client(self, about: Metadata) -> AsyncOAuth2Client:
        method = (
            next((one for one in METHODS if one in about.methods), METHODS[0]) if self._secret else "none"
        )
        return AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._secret or None,
            token_endpoint_auth_method=method,
            scope=self._scopes,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            timeout=ANSWER,
            verify=_trust(),
        )


@cache
def _trust() -> ssl.SSLContext:
    """Which certificates are believed: reading them takes longer than a sign-in."""
    return httpx2.create_ssl_context()


def provider(settings: Settings, now: Clock) -> Provider | None:
    """None when the settings name none."""
    return Provider(settings, now) if settings.oidc_issuer else None


def _metadata(told: dict[str, Any], issuer: str) -> Metadata:
    if told.get("issuer") != issuer:
        raise Unreachable(f"it calls itself {told.get('issuer')!r}, not {issuer!r}")
    return Metadata(
        authorization=_url(told, "authorization_endpoint"),
        token=_url(told, "token_endpoint"),
        jwks=_url(told, "jwks_uri"),
        algorithms=_words(told, "id_token_signing_alg_values_supported", ["RS256"]),
        methods=_words(told, "token_endpoint_auth_methods_supported", [METHODS[0]]),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _url(told: dict[str, Any], name: str) -> str:
    url = told.get(name)
    if not isinstance(url, str) or not safe(url):
        raise Unreachable(f"its {name} is no https address")
    return url


def _words(told: dict[str, Any], name: str, absent: Collection[str]) -> tuple[str, ...]:
    words = told.get(name, absent)
    return tuple(word for word in words if isinstance(word, str)) if isinstance(words, list | tuple) else ()


def safe(url: str) -> bool:
    """Whether nobody on the way can read or change what is said: https, or this machine alone."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and _this_machine(parts.hostname or ""))
    )


def _this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
