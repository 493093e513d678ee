"""How people come in, prove who they are, and leave; and signing in at an OpenID provider."""

from __future__ import annotations

import re

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings


class People(BaseSettings):
    access_minutes: int = Field(15, ge=1, description="Life of an access token.")
    refresh_days: int = Field(30, ge=1, description="Life of a refresh token that is not used.")
    login_attempts: int = Field(
        8, ge=1, description="Failed logins per address and e-mail before a pause of a minute."
    )

    verify_email: bool = Field(
        False,
        description="Whether people show that they read their e-mail: new ones before they are users, those of before "
        "before they connect a live broker or make a token. Needs a mail server.",
    )

    lockout_failures: int = Field(
        10,
        ge=1,
        description="Failed logins in a row of one e-mail, from wherever, after which each further one makes strangers "
        "wait longer: a minute, two, and so on up to an hour.",
    )

    signups_per_hour: int = Field(20, ge=1, description="Sign-ups from one address in an hour.")

    deletion_days: int = Field(
        7, ge=0, le=90, description="How long a user who asked to be deleted may call it off."
    )
    retention_years: int = Field(
        8,
        ge=0,
        le=30,
        description="How long records of orders are kept, without a name, after their user was deleted.",
    )
    step_up_minutes: int = Field(
        10,
        ge=1,
        description="How long after proving who one is one may do what a stolen screen must not: make tokens, "
        "loosen limits, withdraw, delete.",
    )

    # signing in at an OpenID provider
    oidc_issuer: str = Field(
        "", description="Issuer of the provider, exactly as it calls itself. Empty: nobody signs in that way."
    )
    oidc_client_id: str = Field(
        "", validate_default=True, description="The client id that the provider knows us by."
    )
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="The client's secret. Empty: a public client, by PKCE alone."
    )
    oidc_scopes: str = Field("openid email profile", description="Scopes that are asked for.")
    oidc_label: str = Field(
        "single sign-on", max_length=40, description="Sign in with ...: what the button says."
    )
    oidc_signup: bool = Field(
        False,
        description="Whether somebody whom the provider knows, with an e-mail that it verified, becomes a new user.",
    )

    @field_validator("oidc_issuer")
    @classmethod
    def _nobody_between(cls, issuer: str) -> str:
        if issuer and not re.fullmatch(
            r"https://[^\s?#]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s?#]*)?", issuer
        ):
            raise ValueError("an issuer is an https address; http only on this machine")
        return issuer

    @field_validator("oidc_client_id")
    @classmethod
    def _known_there(cls, client_id: str, given: ValidationInfo) -> str:
        if given.data.get("oidc_issuer") and not client_id:
            raise ValueError("the provider knows us by a client id: set TRADEMASTER_OIDC_CLIENT_ID, too")
        return client_id
