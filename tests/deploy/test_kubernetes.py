"""Kubernetes' manifests: by its own schemas, with names that lead somewhere, and nothing that a pod does not need."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from orchestrator.config import Settings

ROOT = Path(__file__).parents[2]
MANIFESTS = ROOT / "deploy" / "kubernetes"
BASE = MANIFESTS / "base"
OVERLAYS = sorted(path.name for path in (MANIFESTS / "overlays").iterdir())
Document = dict[str, Any]


def documents(path: Path) -> Iterator[Document]:
    yield from (one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one)


def of(folder: Path) -> list[Document]:
    """What a folder's kustomization takes in as it stands, without its patches and without other folders."""
    (kustomization,) = documents(folder / "kustomization.yaml")
    files = [name for name in kustomization["resources"] if name.endswith(".yaml")]
    return [one for name in files for one in documents(folder / name)]


def patches(folder: Path) -> list[Document]:
    (kustomization,) = documents(folder / "kustomization.yaml")
    return [one for patch in kustomization.get("patches", ()) for one in documents(folder / patch["path"])]


def overlay(name: str) -> Path:
    return MANIFESTS / "overlays" / name


ALL = [one for folder in (BASE, *map(overlay, OVERLAYS)) for one in of(folder)]
PODS = [(one, one["spec"]["template"]) for one in ALL if "template" in one.get("spec", {})]
OURS = [(one, pod) for one, pod in PODS if pod["spec"]["containers"][0]["image"] == "trademaster"]
NAMED = [(one["kind"], one["metadata"]["name"]) for one in ALL]


def name(one: Any) -> str:
    return f"{one['kind']} {one['metadata']['name']}" if isinstance(one, dict) and "kind" in one else ""


@pytest.mark.parametrize("one", ALL, ids=name)
def test_every_document_is_as_kubernetes_says(one: Document) -> None:
    kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("chosen", OVERLAYS)
def test_each_patch_changes_what_is_there(chosen: str) -> None:
    there = {(one["kind"], one["metadata"]["name"]) for one in of(BASE)}
    assert patches(overlay(chosen))
    for patch in patches(overlay(chosen)):
        assert (patch["kind"], patch["metadata"]["name"]) in there


@pytest.mark.parametrize(("one", "pod"), PODS, ids=name)
def test_a_pod_has_no_more_rights_than_it_needs(one: Document, pod: Document) -> None:
    spec = pod["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize(("one", "pod"), PODS, ids=name)
def test_secrets_come_by_reference_alone(one: Document, pod: Document) -> None:
    for container in pod["spec"]["containers"]:
        for variable in container.get("env", ()):
            if re.search(r"KEY|SECRET|PASSWORD|TOKEN|DATABASE_URL|REDIS_URL", variable["name"]):
                assert variable["valueFrom"]["secretKeyRef"]["name"] == "trademaster"
    assert not any(one["kind"] == "Secret" for one in ALL)


def test_every_setting_exists_and_loads() -> None:
    known = {f"TRADEMASTER_{field.upper()}" for field in Settings.model_fields}
    (base,) = [one["data"] for one in of(BASE) if one["kind"] == "ConfigMap"]
    given = [
        base,
        *(patch["data"] for chosen in OVERLAYS for patch in patches(overlay(chosen)) if "data" in patch),
    ]
    for data in given:
        assert set(data) <= known
        kept = {key.removeprefix("TRADEMASTER_").lower(): value for key, value in {**base, **data}.items()}
        Settings(**kept)
    variables = {
        variable["name"]
        for _, pod in OURS
        for container in pod["spec"]["containers"]
        for variable in container.get("env", ())
    }
    assert variables <= known


def test_probes_ask_for_pages_that_are_there_at_ports_that_are_named() -> None:
    paths = set(json.loads((ROOT / "web" / "openapi.json").read_text(encoding="utf-8"))["paths"])
    (settings,) = [one["data"] for one in of(BASE) if one["kind"] == "ConfigMap"]
    for one, pod in OURS:
        for container in pod["spec"]["containers"]:
            ports = {port["name"]: port["containerPort"] for port in container.get("ports", ())}
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                probe = container.get(kind, {}).get("httpGet")
                if probe is not None:
                    assert probe["port"] in ports, one["metadata"]["name"]
                    assert probe["path"] in paths | {"/health"}  # the sandbox's own
            if "probes" in ports:
                assert ports["probes"] == int(settings["TRADEMASTER_PROBE_PORT"])
            if "http" in ports:
                assert ports["http"] == int(settings["TRADEMASTER_PORT"])


def test_a_pod_outlives_what_it_still_has_to_end() -> None:
    (settings,) = [one["data"] for one in of(BASE) if one["kind"] == "ConfigMap"]
    least = float(settings["TRADEMASTER_DRAIN_SECONDS"]) + Settings().write_deadline + 5
    for one, pod in OURS:
        if one["metadata"]["name"] in ("api", "worker"):
            assert pod["spec"]["terminationGracePeriodSeconds"] > least


def test_services_budgets_and_scalers_find_what_they_name() -> None:
    components = {pod["metadata"]["labels"]["app.kubernetes.io/component"] for _, pod in PODS}
    for one in ALL:
        spec = one.get("spec", {})
        if one["kind"] == "Service":
            assert spec["selector"]["app.kubernetes.io/component"] in components
            (pod,) = [pod for owner, pod in PODS if owner["metadata"]["name"] == one["metadata"]["name"]]
            ports = {port["name"] for box in pod["spec"]["containers"] for port in box["ports"]}
            assert {port["targetPort"] for port in spec["ports"]} <= ports
        if one["kind"] == "PodDisruptionBudget":
            assert spec["selector"]["matchLabels"]["app.kubernetes.io/component"] in components
        if one["kind"] == "HorizontalPodAutoscaler":
            assert (spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"]) in NAMED
        if one["kind"] == "Ingress":
            backends = [
                path["backend"]["service"]["name"] for rule in spec["rules"] for path in rule["http"]["paths"]
            ]
            assert all(("Service", backend) in NAMED for backend in backends)
        if one["kind"] in ("Deployment", "StatefulSet"):
            assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()


def test_nothing_gets_in_or_out_that_no_policy_names() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in ALL if one["kind"] == "NetworkPolicy"}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    outside = policies["outside"]["egress"][0]["to"][0]["ipBlock"]
    assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(outside["except"])


@pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl puts the overlays together; it is not here"
)
@pytest.mark.parametrize("chosen", OVERLAYS)
def test_an_overlay_makes_whole_documents(chosen: str) -> None:
    made = subprocess.run(
        ["kubectl", "kustomize", str(overlay(chosen))], capture_output=True, text=True, check=True
    ).stdout
    whole = [one for one in yaml.safe_load_all(made) if one]
    assert {(one["kind"], one["metadata"]["name"]) for one in of(BASE) + of(overlay(chosen))} == {
        (one["kind"], one["metadata"]["name"]) for one in whole
    }
    for one in whole:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
