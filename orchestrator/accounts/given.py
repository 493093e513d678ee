"""What a person typed to log in to a broker."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.broker import LoginKind, Terms
from orchestrator.errors import Problem


def given_fields(terms: Terms, credentials: Mapping[str, str], *, app_configured: bool) -> dict[str, str]:
    """The known, filled-in fields. Raises Problem 422 for an unknown or missing one."""
    given = {name: value.strip() for name, value in credentials.items() if value.strip()}
    known = {one.name for one in terms.credential_fields}
    for name in given:
        if name not in known:
            raise _field_problem(
                name, f"{terms.name} has no such login field", f"use {', '.join(sorted(known))}"
            )
        if not (given[name].isascii() and given[name].isprintable()):  # they travel in headers
            raise _field_problem(name, "keys and tokens are plain printable characters", "paste it again")
    for one in terms.credential_fields:
        if one.required and not app_configured and one.name not in given:
            raise _field_problem(one.name, f"{terms.name} needs it", one.help or "fill it in")
    if terms.login is LoginKind.FORM and not given:
        name = terms.credential_fields[0].name
        raise _field_problem(name, f"{terms.name} needs keys or a token", "fill in one way to log in")
    return given


def _field_problem(name: str, rule: str, fix: str) -> Problem:
    return Problem(422, "credentials_invalid", rule, field=f"credentials.{name}", rule=rule, fix=fix)


def lasting(credentials: Mapping[str, str]) -> dict[str, str]:
    """What is kept for the next login."""
    # A pasted token is the session itself and ends with it.
    return {name: value for name, value in credentials.items() if name != "access_token"}
