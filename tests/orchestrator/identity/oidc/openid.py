"""An OpenID provider made by hand, over real HTTP: right in everything, until a test has it do one thing wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import Key, RSAKey
from joserfc.jws import JWSRegistry

CLIENT, SECRET = "trademaster", "a client's secret"


def written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class OpenId:
    """Overrides: a value of None takes the member away. `serves` is what it answers at a path instead."""

    url: str
    now: Callable[[], datetime]
    keys: list[Key] = field(default_factory=list)
    own: Key = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "first"})
    signs_with: Key | None = None
    shares: bytes | None = None  # the secret of a signature that both sides could make
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)
    serves: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    person: dict[str, Any] = field(default_factory=dict)  # who sits at the browser that comes here
    since: datetime | None = None
    deaf: bool = False
    forms: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = self.keys or [self.own]

    def reset(self, now: Callable[[], datetime]) -> None:
        """As it was made, with the key that it has."""
        fresh = OpenId(self.url, now, own=self.own)
        self.__dict__.update(fresh.__dict__)

    def approve(self, authorization_url: str, **person: Any) -> dict[str, str]:
        """What a person does there who goes to this address: the query with which their browser comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = (asked, {"sub": "person-1"} | person)
        return {"code": code, "state": asked["state"]}

    def authorize(self, path: str) -> str:
        """Where a browser that comes to the sign-in page is sent back: whoever is logged in there since `since` says
        yes, and proves it anew when that is asked for, unless it is `deaf` to that."""
        self.asked["/authorize"] += 1
        asked = parse_qs(urlsplit(path).query)
        anew = asked.get("prompt") == ["login"] and not self.deaf
        at = self.now() if anew or self.since is None else self.since
        back = self.approve(f"{self.url}{path}", auth_time=int(at.timestamp()), **self.person)
        return f"{asked['redirect_uri'][0]}?{urlencode(back)}"

    def get(self, path: str) -> tuple[int, bytes]:
        self.asked[path] += 1
        if path in self.serves:
            return self.serves[path]
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(_with(self._metadata(), self.metadata)).encode()
        if path == "/jwks":
            return 200, json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()
        return 404, b"{}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, bytes]:
        self.asked["/token"] += 1
        self.forms.append(form)
        if "/token" in self.serves:
            return self.serves["/token"]
        told = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        asked, person = self._codes.pop(form.get("code", ""), ({}, {}))
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        fits = asked.get("code_challenge") == written(challenge)
        if not fits or unquote(told) != f"{CLIENT}:{SECRET}" or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, b'{"error": "invalid_grant"}'
        access = secrets.token_urlsafe(16)
        seconds = int(self.now().timestamp())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": seconds,
            "exp": seconds + 300,
            "auth_time": seconds,
            "nonce": asked["nonce"],
            "at_hash": written(hashlib.sha256(access.encode()).digest()[:16]),
        } | person
        told_tokens = {
            "access_token": access,
            "token_type": "Bearer",
            "id_token": self.signed(_with(claims, self.claims)),
        }
        return 200, json.dumps(_with(told_tokens, self.tokens)).encode()

    def signed(self, claims: dict[str, Any]) -> str:
        if self.shares is not None or self.header["alg"] == "none":
            signed = f"{written(json.dumps(self.header).encode())}.{written(json.dumps(claims).encode())}"
            mac = hmac.digest(self.shares, signed.encode(), "sha256") if self.shares is not None else b""
            return f"{signed}.{written(mac)}"
        any_algorithm = JWSRegistry(algorithms=[self.header["alg"]])
        return jwt.encode(self.header, claims, self.signs_with or self.keys[0], registry=any_algorithm)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }


def _with(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (members | changes).items() if value is not None}


@contextmanager
def openid(now: Callable[[], datetime]) -> Iterator[OpenId]:
    """Listening on this machine until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/authorize?"):
                self.send_response(303)
                self.send_header("location", provider.authorize(self.path))
                self.send_header("content-length", "0")
                self.end_headers()
            else:
                self._answer(*provider.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.token(form, self.headers.get("authorization", "")))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = OpenId(f"http://127.0.0.1:{server.server_port}", now)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
