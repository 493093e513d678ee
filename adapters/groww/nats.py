"""The client's half of the NATS protocol, without any socket: bytes in, operations out.

Written here because the usual client keeps its credentials in files and reconnects by itself with old ones.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from typing import Any

import nkeys

PING, PONG = b"PING\r\n", b"PONG\r\n"


@dataclass(frozen=True, slots=True)
class Info:
    """The server's greeting. `nonce` is to be signed."""

    nonce: str


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """`-ERR`; the server closes after most of them."""

    words: str

    @property
    def of_login(self) -> bool:
        return "authoriz" in self.words.lower() or "authenticat" in self.words.lower()


class Ping:
    pass


class Pong:
    pass


Operation = Info | Message | Failure | Ping | Pong


class Parser:
    """Cuts a byte stream into operations; a frame may end anywhere. Raises ValueError for what is not NATS."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Operation]:
        self._buffer += data
        found: list[Operation] = []
        while (step := self._next()) is not None:
            operation, used = step
            del self._buffer[:used]
            if operation is not None:
                found.append(operation)
        return found

    def _next(self) -> tuple[Operation | None, int] | None:
        """The first operation and the bytes that it takes, or None while it is incomplete."""
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return None
        line, after = bytes(self._buffer[:end]), end + 2
        verb, _, rest = line.partition(b" ")
        match verb.upper():
            case b"MSG" | b"HMSG":
                return self._message(verb.upper(), rest.split(), after)
            case b"PING":
                return Ping(), after
            case b"PONG":
                return Pong(), after
            case b"+OK":
                return None, after
            case b"-ERR":
                return Failure(rest.decode().strip(" '")), after
            case b"INFO":
                return Info(str(json.loads(rest).get("nonce") or "")), after
            case _:
                raise ValueError(f"not a NATS operation: {line[:40]!r}")

    def _message(self, verb: bytes, words: list[bytes], start: int) -> tuple[Operation, int] | None:
        # MSG <subject> <sid> [reply] <size>; HMSG has the size of its headers before the total.
        size = int(words[-1])
        skipped = int(words[-2]) if verb == b"HMSG" else 0
        if len(self._buffer) < start + size + 2:
            return None
        return Message(
            words[0].decode(), bytes(self._buffer[start + skipped : start + size])
        ), start + size + 2


class Identity:
    """A one-time ed25519 user key, in memory only."""

    def __init__(self) -> None:
        self._pair: Any = nkeys.from_seed(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER))

    @property
    def public_key(self) -> str:
        key: bytes = self._pair.public_key
        return key.decode()

    def connect(self, jwt: str, nonce: str) -> bytes:
        """The CONNECT that proves that the token was given to this key."""
        signature = base64.b64encode(self._pair.sign(nonce.encode())).decode()
        options = {
            "verbose": False,
            "pedantic": False,
            "lang": "python",
            "version": "1.0",
            "protocol": 1,
            "headers": False,
            "no_responders": False,
            "echo": False,
            "jwt": jwt,
            "sig": signature,
        }
        return f"CONNECT {json.dumps(options)}\r\n".encode()


def subscribe(subject: str, sid: int) -> bytes:
    return f"SUB {subject}  {sid}\r\n".encode()


def unsubscribe(sid: int) -> bytes:
    return f"UNSUB {sid}\r\n".encode()
