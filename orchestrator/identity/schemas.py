"""Users on the wire."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field

from orchestrator.identity.claims import Role
from orchestrator.identity.consent.documents import DocumentKind
from orchestrator.identity.consent.schemas import AgreedIn
from orchestrator.identity.passkeys.schemas import AnswerIn
from orchestrator.schemas import In, Out, Time

PASSWORD_LENGTH = 10


class Mode(StrEnum):
    """orchestrator: orders are routed over all accounts; standard: they go to the primary account."""

    ORCHESTRATOR = "orchestrator"
    STANDARD = "standard"


class Strength(StrEnum):
    """By how many guesses somebody needs who guesses cleverly: up to a million, a hundred million, ten thousand
    million, more."""

    TOO_WEAK = "too_weak"  # refused
    WEAK = "weak"
    FAIR = "fair"
    STRONG = "strong"


def _email(text: str) -> str:
    try:
        # Reserved domains are fine here: nothing is mailed before the person confirms.
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(f"not an e-mail address: {error}") from error


Email = Annotated[str, Field(max_length=254, examples=["asha@example.com"]), AfterValidator(_email)]


Code = Annotated[
    str,
    Field(
        max_length=16,
        description="A code of an authenticator app, or a recovery code: for users who turned a second factor on.",
    ),
]


class SignupIn(In):
    email: Email
    password: Annotated[str, Field(max_length=1024, description=f"At least {PASSWORD_LENGTH} characters.")]
    name: Annotated[str, Field(max_length=100)] = ""
    agreed: Annotated[
        list[AgreedIn],
        Field(
            max_length=len(DocumentKind),
            default_factory=list,
            description="What of `GET /v1/users/documents` the person has agreed to; else they are asked later.",
        ),
    ]


class LoginIn(In):
    email: Annotated[str, Field(max_length=254)]
    password: Annotated[str, Field(max_length=1024)]
    totp: Code | None = None


class TokenOut(Out):
    """`expires_in` is seconds. The refresh token travels in an HttpOnly cookie."""

    access_token: str
    token_type: str
    expires_in: int


class UserOut(Out):
    id: str
    email: str
    name: str


class SignupOut(UserOut):
    """`verify`: nothing is there yet; a letter with a link went to the e-mail."""

    verify: bool


class LinkIn(In):
    """`password`: the one chosen at sign-up, for the link of a sign-up."""

    token: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=1024)] | None = None


class ForgotIn(In):
    email: Email


class EmailIn(In):
    email: Email


class ResetIn(In):
    token: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=1024, description=f"At least {PASSWORD_LENGTH} characters.")]


class MeOut(UserOut):
    mode: Mode
    primary_account: str | None
    created_at: Time
    email_verified: bool
    role: Role


class PasswordCheckIn(In):
    """`email` and `name`: of whom the password would be."""

    password: Annotated[str, Field(max_length=1024)]
    email: Annotated[str, Field(max_length=254)] = ""
    name: Annotated[str, Field(max_length=100)] = ""


class PasswordCheckOut(Out):
    """`too_weak` would be refused. `words`: why it is guessed soon, `fix`: what would help; either may be empty."""

    strength: Strength
    words: str
    fix: str


class SessionOut(Out):
    """One login of one browser or program. `device`: what it calls itself; `current`: the one that asks."""

    id: str
    device: str
    address: str
    created_at: Time
    used_at: Time
    expires_at: Time
    current: bool


class SessionsOut(Out):
    """The last used first."""

    items: list[SessionOut]


class EndedOut(Out):
    """How many logins were ended."""

    ended: int


class PasswordIn(In):
    old_password: Annotated[str, Field(max_length=1024)] = ""
    new_password: Annotated[
        str, Field(max_length=1024, description=f"At least {PASSWORD_LENGTH} characters.")
    ]


class ProofIn(In):
    """The ways that a `step_up_needed` names."""

    password: Annotated[str, Field(max_length=1024)] | None = None
    totp: Code | None = None
    passkey: AnswerIn | None = None


class MePatch(In):
    """Only the fields given are changed; `primary_account: null` clears it."""

    name: Annotated[str, Field(max_length=100)] | None = None
    mode: Mode | None = None
    primary_account: Annotated[str, Field(max_length=64)] | None = None
