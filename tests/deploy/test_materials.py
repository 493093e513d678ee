"""The bills of materials name every locked package that runs, with its version and its hashes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sbom")
    subprocess.run(["make", "--silent", "sbom", f"SBOM={folder}"], cwd=ROOT, capture_output=True, check=True)
    return folder


def components(path: Path) -> list[dict[str, Any]]:
    bill = json.loads(path.read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    found: list[dict[str, Any]] = bill["components"]
    return found


def test_of_python(bills: Path) -> None:
    locked = re.findall(
        r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==([^ ;]+)",
        (ROOT / "requirements" / "runtime.lock").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    told = components(bills / "python.json")
    assert {(one["name"], one["version"]) for one in told} == set(locked)
    assert all(reference["hashes"] for one in told for reference in one["externalReferences"])


def test_of_the_web(bills: Path) -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    runs = {
        (path.rpartition("node_modules/")[2], one["version"]): one.get("inBundle", False)
        for path, one in lock.items()
        if path and not any(one.get(kind) for kind in ("dev", "devOptional", "optional", "link"))
    }
    told = {(one["name"], one["version"]): one for one in components(bills / "web.json")}
    assert runs
    assert set(runs) <= set(told)
    assert all(told[one].get("hashes") or bundled for one, bundled in runs.items())
