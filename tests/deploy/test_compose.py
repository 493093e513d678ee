"""The compose file and the Dockerfile name only commands, files and settings that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.config import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}


def test_it_has_every_part_of_the_product() -> None:
    ours = {"migrate", "api", "worker", "sandbox"}
    assert set(OURS) == ours
    assert set(COMPOSE["services"]) == ours | {"postgres", "redis", "prometheus", "grafana", "caddy"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_exists(name: str) -> None:
    known = {f"TRADEMASTER_{field.upper()}" for field in Settings.model_fields}
    assert set(OURS[name].get("environment", {})) <= known


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_exists_with_its_options(name: str) -> None:
    program, dash_m, module, *arguments = OURS[name]["command"]
    assert (program, dash_m) == ("python", "-m")
    words = [word for word in arguments if not word.startswith("-") and arguments[0] == word]
    shown = subprocess.run(
        [sys.executable, "-m", module, *words, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    for option in (word for word in arguments if word.startswith("--")):
        assert option in plain, f"{module} has no {option}"


def test_settings_of_the_roles_load() -> None:
    settings = {
        key.removeprefix("TRADEMASTER_").lower(): str(value)
        for key, value in OURS["api"]["environment"].items()
    }
    loaded = Settings(**settings)  # type: ignore[arg-type]
    assert loaded.role == "api"
    assert loaded.sqlite_path is None


def test_every_dependency_is_a_service() -> None:
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])


def test_ports_are_published_on_this_machine_only() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert published
    tls = COMPOSE["services"]["caddy"]["ports"]
    assert tls == ["${TLS_ADDRESS:-127.0.0.1}:443:443"]  # others only where somebody says so
    assert all(port.startswith("127.0.0.1:") for port in published if port not in tls)


@pytest.mark.parametrize("name", sorted(OURS))
def test_no_container_of_ours_may_do_more_than_it_needs(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_everything_that_is_mounted_exists() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


def test_prometheus_asks_where_processes_answer() -> None:
    scrape = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    ports = {one["port"] for job in scrape["scrape_configs"] for one in job["dns_sd_configs"]}
    names = {
        name for job in scrape["scrape_configs"] for one in job["dns_sd_configs"] for name in one["names"]
    }
    assert names == {"api", "worker"}
    assert ports == {int(OURS[name]["environment"]["TRADEMASTER_PROBE_PORT"]) for name in names}


def test_everything_the_image_copies_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
    missing = [path for line in copied for path in line.split() if not (ROOT / path).exists()]
    assert copied
    assert missing == []


def test_the_image_holds_every_package_that_is_installed() -> None:
    packages = re.findall(r"packages = \[(.+)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[0]
    for package in re.findall(r'"(\w+)"', packages):
        assert f"COPY {package}/ {package}/" in DOCKERFILE
