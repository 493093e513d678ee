"""The report of a product that was really used names nobody and opens nothing."""

from __future__ import annotations

import json
import sqlite3
import tarfile
import uuid
from pathlib import Path
from typing import Any

from mocks.launch import Sandbox
from tests.stories.product import PASSWORD, Product, Trader, eventually
from tests.traders import NewUser

FILES = {
    *(
        "README.txt",
        "versions.json",
        "settings.json",
        "doctor.json",
        "metrics.txt",
        "jobs.json",
        "tables.json",
    ),
    *("counts.json", "leases.json", "outbox.json", "log.jsonl"),
}
# Columns of what is somebody's, or opens something. Shorter texts than this are words that anybody uses.
SHORTEST = 5
PERSONAL = {
    "users": ("id", "email", "name", "password_hash"),
    "accounts": ("id", "label", "broker_user_id", "credentials", "session"),
    "orders": ("id", "token"),
    "order_children": ("id", "tag", "broker_order_id"),
    "user_sessions": ("id",),
    "personal_tokens": ("id", "name", "hash"),
    "audit_log": ("address", "detail", "actor"),
    "idempotency_keys": ("key",),
}


def texts_of(database: Path, email: str) -> set[str]:
    """All there are of this user: what others call things may be any word."""
    found: set[str] = set()
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as open_one:
        (user,) = open_one.execute("SELECT id FROM users WHERE email = ?", (email,)).fetchone()
        for table, columns in PERSONAL.items():
            owner = "id" if table == "users" else "user_id"
            asked = f"SELECT {', '.join(columns)} FROM {table} WHERE {owner} = ?"
            for row in open_one.execute(asked, (user,)):
                found |= {one for one in row if isinstance(one, str) and len(one) >= SHORTEST}
    return found


async def test_it_has_what_a_fault_needs_and_nothing_of_anybody(
    product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox, tmp_path: Path
) -> None:
    user = new_user("kite", holdings={"NSE:INFY": 20})
    await trader.connect(user, label="Asha at her broker")
    await trader.settled()
    key = uuid.uuid4().hex
    await trader.order_when((await trader.place("BUY 1 NSE:INFY CNC MARKET", key=key))["id"], "FILLED")
    await eventually(lambda: trader.call("GET", "/v1/audit"), lambda page: bool(page["items"]))

    log, report = tmp_path / "product.log", tmp_path / "report.tar.gz"
    said = {
        "event": "order.sent",
        "level": "info",
        "email": trader.email,
        "account": user["user_id"],
        "status": 200,
    }
    log.write_text(json.dumps(said) + "\n" + f"plain words of {trader.email}\n")
    told = await product.command("diagnostics", str(report), "--log", str(log))
    assert "Look through it before you hand it on." in told
    assert report.stat().st_mode & 0o777 == 0o600

    with tarfile.open(report) as tar:
        files = {Path(one.name).name: _content(tar, one) for one in tar.getmembers()}
    assert set(files) == FILES
    assert json.loads(files["versions.json"])["tables"] == json.loads(files["versions.json"])["tables_needed"]
    assert json.loads(files["counts.json"])["parts of orders"]["zerodha FILLED"] >= 1
    assert json.loads(files["tables.json"])["orders"]["rows"] >= 1
    assert {one["what"] for one in json.loads(files["doctor.json"])} >= {"database", "backups", "orders"}
    shown = [json.loads(line) for line in files["log.jsonl"].splitlines()]
    assert shown[1] == {"event": "order.sent", "level": "info", "status": 200}
    assert shown[0]["left out"] == 1

    every = "\n".join(files.values())
    hidden = {trader.email, PASSWORD, key, user["user_id"], user["name"], str(product.data), "127.0.0.1"}
    hidden |= {value for name, value in user.items() if "key" in name or "secret" in name or "token" in name}
    hidden |= texts_of(product.data / "trademaster.db", trader.email)
    hidden |= {(product.data / name).read_text().split()[0] for name in ("master.key", "jwt.key")}
    hidden.add(trader.http.headers["Authorization"].split()[1])
    assert sorted(one for one in hidden if one and one in every) == []
    assert len(hidden) > 20


def _content(tar: tarfile.TarFile, one: tarfile.TarInfo) -> str:
    file: Any = tar.extractfile(one)
    return str(file.read().decode())
