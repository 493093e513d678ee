"""An authenticator made by hand: a key, a counter and a person who touches it, and what each may do wrong."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 1, 4, 8, 16, 64


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass
class Authenticator:
    """Holds one passkey. `counts`: whether its signatures are numbered. `flags`: what it claims of its person."""

    origin: str = "http://localhost:8000"
    rp_id: str | None = None  # None: the one that it is asked for
    counts: bool = True
    flags: int = USER_PRESENT | USER_VERIFIED
    cross_origin: bool = False
    count: int = 0
    user: str | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, options: dict[str, Any], *, fmt: str = "none") -> dict[str, Any]:
        """What `navigator.credentials.create` gives."""
        self.user = raw(options["user"]["id"]).decode()
        public = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}
        attested = b"\0" * 16 + struct.pack(">H", len(self.credential)) + self.credential + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], self.flags | ATTESTED) + attested
        client = self._client("webauthn.create", options["challenge"])
        statement: dict[str, Any] = {}
        if fmt == "packed":
            signed = data + hashlib.sha256(client).digest()
            statement = {"alg": -7, "sig": self.key.sign(signed, ec.ECDSA(hashes.SHA256()))}
        attestation = cbor2.dumps({"fmt": fmt, "attStmt": statement, "authData": data})
        response = {"clientDataJSON": text(client), "attestationObject": text(attestation)}
        return self._given({**response, "transports": ["internal", "hybrid"]})

    def get(self, options: dict[str, Any], *, user: str | None = "") -> dict[str, Any]:
        """What `navigator.credentials.get` gives. `user`: for whom it says that it keeps the key, None for nobody."""
        self.count += self.counts
        data = self._data(options["rpId"], self.flags)
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response: dict[str, Any] = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signature),
        }
        holder = self.user if user == "" else user
        if holder is not None:
            response["userHandle"] = text(holder.encode())
        return self._given(response)

    def _given(self, response: dict[str, Any]) -> dict[str, Any]:
        name = text(self.credential)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def _data(self, rp_id: str, flags: int) -> bytes:
        bound = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        return bound + bytes([flags]) + struct.pack(">I", self.count)

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return json.dumps(told).encode()
