"""Rules, board and runbooks speak of what exists: numbers that are told, commands that run, pages that are there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.leases.shards import SHARDS
from orchestrator.telemetry.metrics import REGISTRY

ROOT = Path(__file__).parents[2]
PROMETHEUS, RUNBOOKS = ROOT / "deploy" / "prometheus", ROOT / "docs" / "runbooks"
BOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "board.json").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [
    rule
    for name in ("alerts.yml", "slo.yml")
    for group in yaml.safe_load((PROMETHEUS / name).read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
PAGES = sorted(path for path in RUNBOOKS.glob("*.md") if path.stem != "README")
SUFFIXES = {"counter": ("_total",), "histogram": ("", "_bucket", "_sum", "_count"), "gauge": ("",)}


def told() -> set[str]:
    """The name of every sample that a process of ours may tell."""
    return {
        family.name + suffix for family in REGISTRY.collect() for suffix in SUFFIXES.get(family.type, ("",))
    }


def names_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:trademaster|process)_[a-z_]+", text))


def expressions() -> list[str]:
    shown = [target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", ())]
    return [*(str(rule["expr"]) for rule in RULES), *shown]


def promtool(*words: str) -> str:
    program = shutil.which("promtool")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("promtool is not installed: apt-get install prometheus")
        pytest.skip("promtool is not installed")
    done = subprocess.run([program, *words], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_its_configuration_with_every_rule() -> None:
    promtool("check", "config", "prometheus.yml")


def test_every_alert_fires_for_what_it_is_about_and_is_quiet_beside_it() -> None:
    worlds = yaml.safe_load((PROMETHEUS / "tests.yml").read_text(encoding="utf-8"))["tests"]
    tried = [one for world in worlds for one in world["alert_rule_test"]]
    fires = {one["alertname"] for one in tried if one["exp_alerts"]}
    quiet = {one["alertname"] for one in tried if not one["exp_alerts"]}
    assert fires == quiet == set(ALERTS)
    promtool("test", "rules", "tests.yml")


def test_rules_board_and_runbooks_name_only_numbers_that_are_told() -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert names_in("\n".join([*expressions(), pages])) <= told()


def test_the_board_shows_recorded_objectives_that_exist() -> None:
    recorded = {rule["record"] for rule in RULES if "record" in rule}
    used = set(re.findall(r"slo:[a-z_]+:[a-z0-9:]+", "\n".join(expressions())))
    assert used <= recorded
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_every_alert_leads_to_a_page_and_every_page_belongs_to_an_alert() -> None:
    for name, rule in ALERTS.items():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["runbook"] == f"docs/runbooks/{name.removesuffix('Slowly')}.md"
    assert {page.stem for page in PAGES} == {name.removesuffix("Slowly") for name in ALERTS}
    index = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"]({page.name})" not in index] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_says_what_users_see_where_to_look_and_what_to_do(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    assert headings == [page.stem, "What users see", "Look here", "Do this"]
    settings = {f"TRADEMASTER_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"TRADEMASTER_[A-Z_]+", text)) <= settings
    root = typer.main.get_command(cli)
    for words in re.findall(r"`orchestrator ([a-z -]+)", text):
        command: Any = root
        for word in words.partition(" --")[0].split():
            command = getattr(command, "commands", {}).get(word)
            assert command is not None, f"there is no `orchestrator {words}`"


def test_the_number_of_leases_in_the_rules_is_that_of_the_code() -> None:
    assert str(SHARDS + 1) in str(ALERTS["LeasesUnowned"]["expr"])
