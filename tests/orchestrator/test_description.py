"""The API is described as a product: who may call, every code, examples that fit, nothing without words."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from domain.routing import ReasonCode
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.description import words
from orchestrator.description.codes import CODES, codes_at
from orchestrator.reference import errors_page
from tests.orchestrator.identity.doors import Door, doors

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = create_app(Settings(_env_file=None)).openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
}
DOORS_OF = {name.replace(":path}", "}"): door for name, door in doors().items()}
each = pytest.mark.parametrize("name", OPERATIONS)


def of(form: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**form, "components": SCHEMA["components"]})


def shared(response: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in response:
        return response
    found: dict[str, Any] = SCHEMA["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return found


def test_it_is_openapi_3_1_with_words_and_servers() -> None:
    assert SCHEMA["openapi"].startswith("3.1")
    assert SCHEMA["servers"]
    assert "Idempotency-Key" in SCHEMA["info"]["description"]


@each
def test_every_operation_has_words_a_tag_and_a_door(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    said = operation["description"].split("\n\n")
    assert said[-1] in words.WHO.values() or operation.get("deprecated")
    assert len(said) > 1, f"{name} needs a docstring"
    assert set(operation["tags"]) <= set(words.TAGS), "say in description/words.py what this tag is"
    assert operation["operationId"].isidentifier()


def test_it_is_written_the_same_by_every_process() -> None:
    program = (
        "from orchestrator.app import create_app; from orchestrator.config import Settings; import json; "
    )
    program += "print(json.dumps(create_app(Settings(_env_file=None)).openapi(), indent=1))"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    lines = zip_longest(other.stdout.strip().splitlines(), json.dumps(SCHEMA, indent=1).splitlines())
    assert [pair for pair in lines if pair[0] != pair[1]][:5] == []


def test_every_form_has_a_name_of_its_own() -> None:
    doubled = [name for name in SCHEMA["components"]["schemas"] if "__" in name]
    assert doubled == [], "two forms are called alike: name them in description/forms.py"


def test_operation_ids_are_unique() -> None:
    ids = [one["operationId"] for one in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)


@each
def test_every_example_is_of_its_form(name: str) -> None:
    found = 0
    for media in _media(OPERATIONS[name]):
        if "example" in media:
            of(media["schema"]).validate(media["example"])
            found += 1
    assert found, f"{name} has no example"


def _media(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in (operation.get("requestBody", {}), *map(shared, operation["responses"].values())):
        yield from part.get("content", {}).values()


@each
def test_every_json_body_has_an_example(name: str) -> None:
    bodies = [
        part["content"]["application/json"]
        for part in (
            OPERATIONS[name].get("requestBody", {}),
            *map(shared, OPERATIONS[name]["responses"].values()),
        )
        if "application/json" in part.get("content", {})
    ]
    assert all("example" in one for one in bodies)


@each
def test_every_refusal_lists_its_codes_and_every_code_is_known(name: str) -> None:
    known = {one.code for one in CODES} | {reason.value for reason in ReasonCode}
    for status, response in OPERATIONS[name]["responses"].items():
        if int(status) < 400:
            continue
        form = shared(response)["content"]["application/problem+json"]["schema"]
        if "/sandbox" in name and "allOf" not in form:
            continue  # another program's codes
        codes = form["allOf"][1]["properties"]["code"]["enum"]
        assert codes, f"{name} {status} has no code: add it to description/code_rows.py"
        assert set(codes) <= known


def raised() -> Iterator[tuple[str, str, Path]]:
    """Every `Problem(status, "code"` of the source, with the folder it is in."""
    for path in (ROOT / "orchestrator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "Problem"
                and len(node.args) > 1
            ):
                code = node.args[1]
                if isinstance(code, ast.Constant):
                    yield ast.unparse(node.args[0]), str(code.value), path


OTHER_PROTOCOLS = {"kite", "openalgo"}  # their errors are those of the API that they speak


def test_every_code_that_is_raised_is_in_the_list() -> None:
    missing = {
        (status, code, str(path.relative_to(ROOT)))
        for status, code, path in raised()
        if path.parent.name not in OTHER_PROTOCOLS
        and not any(
            one.code == code and (not status.isdigit() or int(status) in one.statuses) for one in CODES
        )
    }
    assert missing == set(), "add it to orchestrator/description/code_rows.py"


def test_every_code_of_the_list_is_raised_somewhere() -> None:
    source = "\n".join(
        path.read_text("utf-8")
        for path in (ROOT / "orchestrator").rglob("*.py")
        if path.name != "code_rows.py"
    )
    by_framework = {"bad_request", "method_not_allowed"}
    assert [one.code for one in CODES if f'"{one.code}"' not in source and one.code not in by_framework] == []


def test_codes_of_rooms_are_of_rooms_that_exist() -> None:
    for code in CODES:
        for room in code.rooms or ():
            assert (ROOT / "orchestrator" / room).is_dir() or (
                ROOT / "orchestrator" / f"{room}.py"
            ).exists(), room


def test_any_reason_may_deny_an_order() -> None:
    assert {reason.value for reason in ReasonCode} <= set(codes_at("orders", 409))


def test_the_page_of_errors_has_every_code() -> None:
    page = errors_page()
    assert [one.code for one in CODES if f"`{one.code}`" not in page] == []


def test_who_may_call_is_said_as_the_doors_have_it() -> None:
    scopes = {name: one["x-scopes"] for name, one in OPERATIONS.items()}
    assert scopes["POST /v1/orders"] == ["trade"]
    assert scopes["GET /v1/orders"] == ["read"]
    assert scopes["POST /v1/funds/deposit"] == ["funds"]
    assert scopes["POST /v1/users/me/password"] == []
    assert OPERATIONS["POST /v1/users/me/password"]["security"] == [{"login": []}]
    assert OPERATIONS["GET /v1/meta"]["security"] == []


@each
def test_what_is_said_of_who_may_call_is_what_the_doors_do(name: str) -> None:
    door, operation = DOORS_OF[name], OPERATIONS[name]
    assert (operation["security"] == []) == (door is Door.PUBLIC)
    login_only = door is Door.LOGIN or (door is Door.USER and not name.startswith("GET"))
    assert ({"personal_token": []} in operation["security"]) == (not login_only and door is not Door.PUBLIC)


def test_what_must_not_exist_twice_takes_a_key() -> None:
    keyed = {
        name
        for name, one in OPERATIONS.items()
        if any(part["name"].lower() == "idempotency-key" for part in one.get("parameters", ()))
    }
    assert {"POST /v1/orders", "PATCH /v1/orders/{order_id}", "POST /v1/positions/exit"} <= keyed


def test_lists_that_grow_come_in_pages() -> None:
    paged = {
        name
        for name, one in OPERATIONS.items()
        if name.startswith("GET")
        and {"cursor", "before", "page"} & {part["name"] for part in one.get("parameters", ())}
    }
    assert {"GET /v1/orders", "GET /v1/trades", "GET /v1/notices", "GET /v1/stocks"} <= paged


def test_money_and_times_have_their_forms_everywhere() -> None:
    loose = [
        f"{form}.{field}"
        for form, schema in SCHEMA["components"]["schemas"].items()
        for field, one in schema.get("properties", {}).items()
        if one.get("type") == "number" and re.search(r"price|cash|amount|charges|margin|value|total$", field)
    ]
    assert loose == []
