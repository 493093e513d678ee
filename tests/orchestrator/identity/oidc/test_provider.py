"""What an OpenID provider says counts only when its own keys signed it, for us, now, and for this very sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from orchestrator.config import Settings
from orchestrator.identity.oidc.provider import Provider, Unreachable, safe
from orchestrator.identity.oidc.token import Identity, Unbelieved
from tests.orchestrator.conftest import Watch
from tests.orchestrator.identity.oidc.openid import CLIENT, SECRET, OpenId, openid

NONCE, VERIFIER = "n" * 43, "v" * 43
OTHER = RSAKey.generate_key(2048, {"kid": "first"})


@pytest.fixture(scope="module")
def listening() -> Iterator[OpenId]:
    with openid(Watch()) as provider:
        yield provider


@pytest.fixture
def there(listening: OpenId, watch: Watch) -> OpenId:
    listening.reset(watch)
    return listening


@pytest.fixture
def provider(there: OpenId, watch: Watch) -> Provider:
    settings = Settings(oidc_issuer=there.url, oidc_client_id=CLIENT, oidc_client_secret=SECRET)
    return Provider(settings, watch)


async def came_back(
    provider: Provider, there: OpenId, *, nonce: str = NONCE, issuer: str | None = None, **person: Any
) -> Identity:
    url = await provider.authorization_url(state="s", nonce=NONCE, verifier=VERIFIER, anew=False)
    code = there.approve(url, **person)["code"]
    return await provider.identity(code, nonce=nonce, verifier=VERIFIER, said_issuer=issuer)


async def test_a_person_is_known_by_issuer_and_subject(
    provider: Provider, there: OpenId, watch: Watch
) -> None:
    person: dict[str, Any] = {"email": "Asha@Example.com", "email_verified": True, "name": "Asha"}
    who = await came_back(provider, there, **person)
    assert who == Identity(there.url, "person-1", "asha@example.com", "Asha", watch.now)
    assert there.forms[0]["code_verifier"] == VERIFIER


async def test_they_are_asked_with_pkce_a_state_and_a_nonce(provider: Provider, there: OpenId) -> None:
    url = await provider.authorization_url(state="s", nonce=NONCE, verifier=VERIFIER, anew=True)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert (asked["state"], asked["nonce"], asked["scope"]) == ("s", NONCE, "openid email profile")
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert len(asked["code_challenge"]) == 43
    assert VERIFIER not in url
    assert SECRET not in url


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"]},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"nonce": "another sign-in's"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"iat": 99_999_999_999},
        {"nbf": 99_999_999_999},
        {"at_hash": "of another access token"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\0b"},
        {"iss": None},
        {"iss": ["a"]},
        {"exp": "soon"},
        {"aud": {}},
        {"auth_time": "today"},
        {"auth_time": 10**17},
        {"auth_time": 10**30},
        {"amr": "pwd"},
    ],
    ids=str,
)
async def test_a_token_for_somebody_or_something_else_is_not_believed(
    provider: Provider, there: OpenId, claims: dict[str, Any]
) -> None:
    there.claims = claims
    with pytest.raises(Unbelieved):
        await came_back(provider, there)


async def test_a_token_without_a_signature_is_not_believed(provider: Provider, there: OpenId) -> None:
    there.header = {"alg": "none"}
    with pytest.raises(Unbelieved):
        await came_back(provider, there)


async def test_the_public_key_is_no_shared_secret(provider: Provider, there: OpenId) -> None:
    assert isinstance(there.own, RSAKey)
    public = there.own.as_pem(private=False)
    for secret in (public, SECRET.encode()):
        there.shares, there.header = secret, {"alg": "HS256", "kid": "first"}
        with pytest.raises(Unbelieved):
            await came_back(provider, there)


async def test_a_shared_secret_among_the_keys_signs_nothing(provider: Provider, there: OpenId) -> None:
    shared = OctKey.import_key(b"k" * 32, {"kid": "shared"})
    there.keys = [*there.keys, shared]
    there.shares, there.header = b"k" * 32, {"alg": "HS256", "kid": "shared"}
    with pytest.raises(Unbelieved):
        await came_back(provider, there)


async def test_another_key_under_the_same_name_is_not_believed(provider: Provider, there: OpenId) -> None:
    there.signs_with = OTHER
    with pytest.raises(Unbelieved):
        await came_back(provider, there)


@pytest.mark.parametrize(
    "header", [{"jwk": OTHER.as_dict(private=False)}, {"jku": "https://evil.example"}, {"x5c": ["a"]}]
)
async def test_a_key_that_the_token_brings_along_is_not_used(
    provider: Provider, there: OpenId, header: dict[str, Any]
) -> None:
    there.signs_with, there.header = OTHER, {"alg": "RS256", **header}
    with pytest.raises(Unbelieved):
        await came_back(provider, there)


async def test_an_algorithm_that_the_provider_does_not_use_is_not_believed(
    provider: Provider, there: OpenId
) -> None:
    there.metadata = {"id_token_signing_alg_values_supported": ["ES256"]}
    with pytest.raises(Unbelieved):
        await came_back(provider, there)


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("ES256", ECKey.generate_key("P-256", {"kid": "new"})),
        ("PS384", OTHER),
    ],
    ids=["ES256", "PS384"],
)
async def test_other_signatures_that_only_the_provider_can_make_are_believed(
    provider: Provider, there: OpenId, alg: str, key: RSAKey
) -> None:
    there.metadata = {"id_token_signing_alg_values_supported": [alg]}
    there.keys, there.header = [key], {"alg": alg, "kid": key.kid}
    there.claims = {"at_hash": None}  # its hash is of another length
    assert (await came_back(provider, there)).subject == "person-1"


async def test_a_new_key_is_fetched_once_in_a_minute_at_most(
    provider: Provider, there: OpenId, watch: Watch
) -> None:
    await came_back(provider, there)
    new = RSAKey.generate_key(2048, {"kid": "second"})
    there.signs_with, there.header = new, {"alg": "RS256", "kid": "second"}
    for _ in range(3):  # a flood of made-up names asks for nothing
        with pytest.raises(Unbelieved):
            await came_back(provider, there)
    assert there.asked["/jwks"] == 1
    there.keys = [*there.keys, new]
    watch.pass_time(seconds=61)
    assert (await came_back(provider, there)).subject == "person-1"
    assert there.asked["/jwks"] == 2
    assert there.asked["/.well-known/openid-configuration"] == 1


async def test_what_it_said_of_itself_is_asked_again_after_an_hour(
    provider: Provider, there: OpenId, watch: Watch
) -> None:
    await came_back(provider, there)
    watch.pass_time(minutes=61)
    await came_back(provider, there)
    assert (there.asked["/jwks"], there.asked["/.well-known/openid-configuration"]) == (2, 2)


async def test_an_email_counts_only_when_the_provider_has_verified_it(
    provider: Provider, there: OpenId
) -> None:
    for verified in (None, False, "true", 1):
        who = await came_back(provider, there, email="asha@example.com", email_verified=verified)
        assert who.email == ""


async def test_a_code_is_good_once_and_only_with_its_verifier(provider: Provider, there: OpenId) -> None:
    url = await provider.authorization_url(state="s", nonce=NONCE, verifier=VERIFIER, anew=False)
    code = there.approve(url)["code"]
    assert (await provider.identity(code, nonce=NONCE, verifier=VERIFIER, said_issuer=None)).subject
    with pytest.raises(Unbelieved):
        await provider.identity(code, nonce=NONCE, verifier=VERIFIER, said_issuer=None)
    code = there.approve(url)["code"]
    with pytest.raises(Unbelieved):
        await provider.identity(code, nonce=NONCE, verifier="x" * 43, said_issuer=None)


async def test_an_answer_of_another_provider_is_not_taken_to_this_one(
    provider: Provider, there: OpenId
) -> None:
    with pytest.raises(Unbelieved):
        await came_back(provider, there, issuer="https://evil.example")
    assert there.asked["/token"] == 0
    there.metadata = {"authorization_response_iss_parameter_supported": True}
    strict = Provider(
        Settings(oidc_issuer=there.url, oidc_client_id=CLIENT, oidc_client_secret=SECRET), provider.now
    )
    with pytest.raises(Unbelieved):
        await came_back(strict, there)
    assert (await came_back(strict, there, issuer=there.url)).subject == "person-1"


@pytest.mark.parametrize(
    "tokens",
    [
        {"id_token": None},
        {"access_token": None},
        {"id_token": 7},
        {"id_token": "a.b.c"},
        {"id_token": "x" * 9},
    ],
)
async def test_an_answer_without_a_token_is_not_believed(
    provider: Provider, there: OpenId, tokens: dict[str, Any]
) -> None:
    there.tokens = tokens
    with pytest.raises(Unbelieved):
        await came_back(provider, there)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
    ],
    ids=str,
)
async def test_a_provider_that_is_another_or_not_safe_to_reach_is_not_used(
    provider: Provider, there: OpenId, metadata: dict[str, Any]
) -> None:
    there.metadata = metadata
    with pytest.raises(Unreachable):
        await came_back(provider, there)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token"])
@pytest.mark.parametrize("answer", [(500, b"oops"), (200, b"<html>"), (200, b"[1]"), (302, b"")], ids=str)
async def test_what_is_no_provider_is_told_as_such(
    provider: Provider, there: OpenId, path: str, answer: tuple[int, bytes]
) -> None:
    there.serves[path] = answer
    with pytest.raises((Unreachable, Unbelieved)):
        await came_back(provider, there)


async def test_nobody_at_that_address_is_told_as_such(watch: Watch) -> None:
    nobody = Provider(Settings(oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT), watch)
    with pytest.raises(Unreachable):
        await nobody.authorization_url(state="s", nonce=NONCE, verifier=VERIFIER, anew=False)


async def test_a_provider_may_be_late_by_a_minute(provider: Provider, there: OpenId, watch: Watch) -> None:
    early = watch.now + timedelta(seconds=50)
    there.now = lambda: early
    assert (await came_back(provider, there)).subject == "person-1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://login.example.com/a", True),
        ("http://localhost:9000", True),
        ("http://[::1]:9000", True),
        ("http://login.example.com", False),
        ("http://localhost.evil.example", False),
        ("https://", False),
        ("ftp://localhost", False),
    ],
)
def test_only_https_and_this_machine_are_safe(url: str, expected: bool) -> None:
    assert safe(url) is expected


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "http://login.example.com", "oidc_client_id": CLIENT},
        {"oidc_issuer": "http://127.0.0.1.evil.example", "oidc_client_id": CLIENT},
        {"oidc_issuer": "https://login.example.com"},
        {"oidc_issuer": "https://login.example.com?a=b", "oidc_client_id": CLIENT},
    ],
)
def test_settings_that_cannot_be_safe_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="oidc"):
        Settings(**given)  # type: ignore[arg-type]
