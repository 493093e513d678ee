"""Passkeys on the wire. What a browser needs and brings back has the form of the WebAuthn standard, as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from orchestrator.identity.passkeys.challenges import Answer, Ceremony
from orchestrator.identity.passkeys.repository import Passkey
from orchestrator.schemas import In, Out, Time

NAME_LENGTH = 60
CEREMONY_ID = r"^cer_[0-9a-hjkmnp-tv-z]{26}$"


class CeremonyOut(Out):
    """`options` go to `navigator.credentials.create` or `.get`; `ceremony` comes back with what they give. Within
    five minutes, once, in the same browser."""

    ceremony: str
    options: dict[str, Any]

    @staticmethod
    def of(one: Ceremony) -> CeremonyOut:
        return CeremonyOut(ceremony=one.id, options=one.options)


class AnswerIn(In):
    """`credential`: what the browser gave, as its `toJSON()` writes it."""

    ceremony: Annotated[str, Field(pattern=CEREMONY_ID)]
    credential: dict[str, Any]

    def answer(self) -> Answer:
        return Answer(self.ceremony, self.credential)


def _printable(name: str) -> str:
    if not name.isprintable():
        raise ValueError("a name has no control characters")
    return name


class PasskeyIn(AnswerIn):
    """`name`: how its user recognises it; without one, it is called after the browser."""

    name: Annotated[str, Field(max_length=NAME_LENGTH), AfterValidator(_printable)] = ""


class PasskeyPatch(In):
    name: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH), AfterValidator(_printable)]


class PasskeyOut(Out):
    """`synced`: its maker keeps copies of it on the user's other devices. `copied_at`: it signed with a number that it
    had used before, as a copy of it would: refused, and better removed."""

    id: str
    name: str
    synced: bool
    created_at: Time
    used_at: Time | None
    copied_at: Time | None

    @staticmethod
    def of(one: Passkey) -> PasskeyOut:
        return PasskeyOut(
            id=one.id,
            name=one.name,
            synced=one.backed_up,
            created_at=one.created_at,
            used_at=one.used_at,
            copied_at=one.copied_at,
        )


class PasskeysOut(Out):
    """The newest first. `usable_at`: the one address at which a browser makes and uses them; null where there is none,
    because this installation is reached by an IP address or without https."""

    items: list[PasskeyOut]
    usable_at: str | None
