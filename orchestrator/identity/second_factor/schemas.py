"""What keeps a user's account shut, on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from orchestrator.identity.schemas import Code
from orchestrator.schemas import In, Out, Time


class SecurityOut(Out):
    """`second_factor_since` null: it is off. `recovery_codes_left`: of ten."""

    email: str
    email_verified: bool
    has_password: bool
    second_factor_since: Time | None
    recovery_codes_left: int


class SecondFactorOut(Out):
    """For an authenticator app: `qr` is a picture (an SVG as a data: address) of `uri`; `secret` is typed by hand."""

    secret: str
    uri: str
    qr: str


class CodeIn(In):
    code: Code


class RecoveryCodesOut(Out):
    """Shown this once. Each is good for one login in place of a code of the app."""

    recovery_codes: Annotated[list[str], Field(examples=[["k3v9x-q7m2a"]])]
