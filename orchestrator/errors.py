"""Every failure a caller can see, as application/problem+json with a stable code. A bug is a bare 500."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from orchestrator.telemetry.metrics import BUGS

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A refusal. `field` is the path of the bad input, `rule` what it broke, `fix` what would do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        title: str | None = None,
        field: str | None = None,
        rule: str | None = None,
        fix: str | None = None,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.title = title or HTTPStatus(status).phrase
        self.field = field
        self.rule = rule
        self.fix = fix
        self.headers = dict(headers or {})
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The JSON of RFC 9457; absent members are left out."""
        members = {
            "type": f"urn:trademaster:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "field": self.field,
            "rule": self.rule,
            "fix": self.fix,
            **self.extra,
        }
        return {name: value for name, value in members.items() if value is not None}


class ProblemOut(BaseModel):
    """A problem as callers get it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    rule: str | None = None
    fix: str | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of an endpoint: which problem statuses it documents."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in sorted(set(statuses))
    }


def not_found(what: str) -> Problem:
    return Problem(404, "not_found", f"there is no such {what}")


BROKER_PROBLEMS: dict[type[BrokerError], tuple[int, str, str]] = {
    BrokerRejected: (409, "broker_rejected", "The broker said no"),
    SessionExpired: (409, "login_needed", "Log in at the broker again"),
    BrokerUnavailable: (503, "broker_unavailable", "The broker does not answer"),
    OutcomeUnknown: (504, "outcome_unknown", "The broker gave no clear answer"),
}


def of_broker(error: BrokerError) -> Problem:
    """One of the four broker errors as a problem, with the broker's own words."""
    status, code, title = (
        BROKER_PROBLEMS[type(error)] if type(error) in BROKER_PROBLEMS else _inherited(error)
    )
    return Problem(status, code, error.words, title=title, broker_code=error.code)


def _inherited(error: BrokerError) -> tuple[int, str, str]:
    return next(row for kind, row in BROKER_PROBLEMS.items() if isinstance(error, kind))


def respond(problem: Problem) -> JSONResponse:
    return JSONResponse(
        problem.body(), status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE
    )


def describe(schema: dict[str, Any]) -> dict[str, Any]:
    """Add to an OpenAPI schema the component that `problems` refers to."""
    component = ProblemOut.model_json_schema(mode="serialization")
    schema.setdefault("components", {}).setdefault("schemas", {})["ProblemOut"] = component
    return schema


def install(app: FastAPI) -> None:
    """Make every error of this app a problem, also those the framework raises by itself, and describe them."""
    undescribed = app.openapi
    app.openapi = lambda: describe(undescribed())  # type: ignore[method-assign]

    @app.exception_handler(Problem)
    async def refused(_request: Request, error: Problem) -> JSONResponse:
        return respond(error)

    @app.exception_handler(BrokerError)
    async def broker_failed(_request: Request, error: BrokerError) -> JSONResponse:
        return respond(of_broker(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return respond(of_validation(error.errors()))

    @app.exception_handler(HTTPException)
    async def framework(_request: Request, error: HTTPException) -> JSONResponse:
        phrase = HTTPStatus(error.status_code).phrase
        code = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}.get(
            error.status_code, phrase.lower().replace(" ", "_")
        )
        return respond(
            Problem(error.status_code, code, str(error.detail or phrase), headers=error.headers or {})
        )

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        BUGS.inc()
        log.error("bug", path=request.url.path, method=request.method, exc_info=error)
        problem = Problem(500, "internal_error", "This is a fault of ours. It has been written down.")
        # No middleware sees this answer: where problems have other words, the scope brings them.
        translate: Callable[[Problem], JSONResponse] = request.scope.get("problems", respond)
        return translate(problem)


def of_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """The first bad field as `field`/`rule`, all of them in `errors`."""
    rows = [_row(error) for error in errors]
    first = rows[0]
    return Problem(
        422,
        "invalid_input",
        f"{first['field']}: {first['rule']}" if first["field"] else first["rule"],
        title="The input does not fit",
        field=first["field"],
        rule=first["rule"],
        fix=first["fix"],
        errors=rows,
    )


def _row(error: Mapping[str, Any]) -> dict[str, Any]:
    place = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header", "cookie")]
    rule = str(error["msg"]).removeprefix("Value error, ")
    return {"field": ".".join(place), "code": error["type"], "rule": rule, "fix": _fix(error)}


def _fix(error: Mapping[str, Any]) -> str | None:
    context: Mapping[str, Any] = error.get("ctx") or {}
    match error["type"]:
        case "missing":
            return "give this field"
        case "enum" | "literal_error":
            return f"use {context.get('expected', 'a listed value')}"
        case "extra_forbidden":
            return "leave this field out"
        case "json_invalid":
            return "send valid JSON"
        case _:
            return None
