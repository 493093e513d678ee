"""The description of the API as a product: who may call what, which codes a refusal has, examples of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from orchestrator.description import going_away, words
from orchestrator.description.codes import CODES, codes_at
from orchestrator.description.examples import Examples
from orchestrator.description.forms import named
from orchestrator.errors import MEDIA_TYPE
from orchestrator.identity import access

Json = dict[str, Any]

# The narrowest first, as a door may lead through another one.
DOORS: tuple[tuple[Callable[..., Any], str], ...] = (
    (access.current_bearer, "login"),
    (access.logged_in, "login"),
    (access.trading_caller, "trade"),
    (access.funds_caller, "funds"),
    (access.asking_caller, "asked"),
    (access.reading_user, "read"),
    (access.reading_caller, "read"),
    (access.market_user, "read"),
)
SCOPES = {"read": ["read"], "trade": ["trade"], "funds": ["funds"], "asked": ["read", "trade"]}  # any of them
ANYWHERE = (400, 421, 422, 429, 500)


def install(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Describe the operations of these routers from now on."""
    plain = app.openapi
    routes = {
        (method.lower(), route.path_format): route
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    done: list[Json] = []

    def described() -> Json:
        if not done:
            done.append(describe(named(plain()), routes))
        return done[0]

    app.openapi = described  # type: ignore[method-assign]


def describe(schema: Json, routes: Mapping[tuple[str, str], APIRoute]) -> Json:
    """The same description with everything that FastAPI cannot know."""
    schema["info"]["description"] = words.INTRODUCTION.strip()
    schema["servers"] = [{"url": "/", "description": "This installation."}]
    used = {
        tag for operations in schema["paths"].values() for one in operations.values() for tag in one["tags"]
    }
    schema["tags"] = [{"name": tag, "description": text} for tag, text in words.TAGS.items() if tag in used]
    parts = schema["components"]
    parts["securitySchemes"] = {
        "login": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": words.LOGIN},
        "personal_token": {"type": "http", "scheme": "bearer", "description": words.PERSONAL},
    }
    parts["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in words.HEADERS.items()
    }
    parts["responses"] = {
        "Unchanged": {"description": words.UNCHANGED, "headers": _headers("ETag", "X-Request-ID")}
    }
    examples = Examples(parts["schemas"])
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _operation(operation, method, routes[method, path], parts["responses"], examples)
    parts["responses"] = dict(sorted(parts["responses"].items()))
    return schema


def door_of(route: APIRoute, method: str) -> str:
    """anybody, login, or what a personal token must have: a key of `words.WHO`."""
    calls = set(_calls(route.dependant))
    if access.current_user in calls and method.upper() not in access.SAFE:
        return "login"  # whatever else it looks at by other doors
    for function, door in DOORS:
        if function in calls:
            return door
    return "read" if access.current_user in calls else "anybody"


def room_of(route: APIRoute) -> str:
    """The folder of `orchestrator` that answers."""
    return route.endpoint.__module__.split(".")[1]


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for part in dependant.dependencies:
        yield from _calls(part)


def _operation(operation: Json, method: str, route: APIRoute, shared: Json, examples: Examples) -> None:
    door, room = door_of(route, method), room_of(route)
    operation["summary"] = route.name.replace("_", " ").capitalize()
    operation["description"] = f"{operation.get('description', '')}\n\n{words.WHO[door]}".strip()
    operation["x-scopes"] = SCOPES.get(door, [])
    operation["security"] = {
        "anybody": [],
        "login": [{"login": []}],
    }.get(door, [{"login": []}, {"personal_token": []}])
    leaving = going_away.of(route.endpoint)
    if leaving is not None:
        operation |= {"deprecated": True, "x-sunset": leaving.until.isoformat()}
        operation["description"] += f"\n\nGoing away on {leaving.until}: {leaving.instead}"
    _body(operation, examples)
    responses = operation["responses"]
    for status in sorted({*responses, *map(str, _refusals(operation, method, door))}):
        if int(status) >= 400:
            responses[status] = _problem(room, int(status), shared)
        elif int(status) >= 300:
            responses[status].pop("content", None)  # a redirect has none
        else:
            _success(responses[status], operation, method, examples)
            if method == "get" and "application/json" in responses[status].get("content", {}):
                responses["304"] = {"$ref": "#/components/responses/Unchanged"}
    operation["responses"] = dict(sorted(responses.items()))


def _refusals(operation: Json, method: str, door: str) -> Iterator[int]:
    yield from ANYWHERE
    if door != "anybody":
        yield 401
    if door != "anybody" or method.upper() not in access.SAFE:
        yield 403  # also for a change that a page of another site asked for
    if "requestBody" in operation:
        yield 413


def _body(operation: Json, examples: Examples) -> None:
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            media["example"] = examples.of(media["schema"])


def _success(response: Json, operation: Json, method: str, examples: Examples) -> None:
    response["description"] = (
        HTTPStatus.OK.phrase
        if response["description"] == "Successful Response"
        else (response["description"])
    )
    names = ["X-Request-ID", "RateLimit", "RateLimit-Policy"]
    if method == "get":
        names.append("ETag")
    if any(one["name"].lower() == "idempotency-key" for one in operation.get("parameters", ())):
        names.append("Idempotency-Replayed")
    response["headers"] = {**response.get("headers", {}), **_headers(*names)}
    media = response.get("content", {}).get("application/json")
    if media is not None:
        media["example"] = examples.of(media["schema"])


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem(room: str, status: int, shared: Json) -> Json:
    """A reference to what a refusal with this status looks like in this room."""
    codes, everywhere = codes_at(room, status), codes_at("", status)
    name = f"Problem{status}" if codes == everywhere else f"Problem{status}{room.title().replace('_', '')}"
    if name not in shared:
        shared[name] = _refusal(status, codes)
    return {"$ref": f"#/components/responses/{name}"}


def _refusal(status: int, codes: list[str]) -> Json:
    form: Json = {"$ref": "#/components/schemas/ProblemOut"}
    if codes:
        form = {"allOf": [form, {"type": "object", "properties": {"code": {"enum": codes}}}]}
    listed = [one for one in CODES if one.code in codes and status in one.statuses]
    known = next((one for one in listed if one.rooms is not None), listed[0] if listed else None)
    code = known.code if known else "..."
    phrase = HTTPStatus(status).phrase
    example = {
        "type": f"urn:trademaster:problem:{code}",
        "title": phrase,
        "status": status,
        "detail": known.meaning if known else phrase,
        "code": code,
        "fix": known.fix if known else None,
    }
    headers = _headers(
        "X-Request-ID", "RateLimit", "RateLimit-Policy", *(["Retry-After"] if status == 429 else [])
    )
    return {
        "description": phrase,
        "headers": headers,
        "content": {MEDIA_TYPE: {"schema": form, "example": example}},
    }
