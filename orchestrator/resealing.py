"""Every sealed column there is, and bringing what they keep under the newest master key while processes use it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnClause, Connection, String, TableClause, column, func, select, table, update

from orchestrator.storage.db import Database
from orchestrator.vault import SealBroken, Vault

BATCH = 200  # rows in a transaction: nobody waits long for it


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column under the vault, by its table's name. `row`: the column that names a row to it."""

    table: str
    column: str
    row: str

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def place(self) -> TableClause:
        return _place(self.table, self.column, self.row)

    @property
    def kept(self) -> ColumnClause[str]:
        return self.place.c[self.column]

    @property
    def key(self) -> ColumnClause[str]:
        return self.place.c[self.row]


@cache
def _place(name: str, kept: str, row: str) -> TableClause:
    return table(name, column(kept, String), column(row, String))


SEALED = (
    Sealed("accounts", "credentials", "id"),
    Sealed("accounts", "proxy", "id"),
    Sealed("accounts", "session", "id"),
    Sealed("login_states", "credentials", "state_hash"),
    Sealed("second_factors", "secret", "user_id"),
    Sealed("letters", "sealed", "id"),
    Sealed("hooks", "secret", "id"),
    Sealed("kite_apps", "secret", "token_id"),
    Sealed("webhooks", "secret", "id"),
    Sealed("webhooks", "old_secret", "id"),
)


@dataclass(slots=True)
class Resealed:
    """How many values were brought under the newest key, and which do not open: of a lost key, or altered."""

    values: int
    broken: list[str]


async def reseal(db: Database, vault: Vault) -> Resealed:
    """Everything, in batches. What is interrupted is begun again where it ended; what changes meanwhile stays."""
    done = Resealed(0, [])
    for sealed in SEALED:
        after = ""
        while True:
            rows = await db.read(lambda conn, one=sealed, after=after: _older(conn, one, vault.key_id, after))  # type: ignore[misc]
            if not rows:
                break
            changed, broken = _sealed_anew(vault, sealed, rows)
            done.values += await db.write(lambda conn, one=sealed, new=changed: _put(conn, one, new))  # type: ignore[misc]
            done.broken += broken
            after = rows[-1][0]
    return done


def under(conn: Connection) -> dict[str, Counter[str]]:
    """How many values of each column are sealed under which key: by key, then by column."""
    found: dict[str, Counter[str]] = {}
    for sealed in SEALED:
        key = func.substr(sealed.kept, 4, 8)  # v1.<eight digits>.
        for name, number in conn.execute(
            select(key, func.count()).where(sealed.kept.is_not(None)).group_by(key)
        ):
            found.setdefault(name, Counter())[sealed.name] += number
    return found


Row = tuple[str, str]  # its name, and the sealed value
Change = tuple[str, str, str]  # its name, the old and the new one


def _older(conn: Connection, sealed: Sealed, newest: str, after: str) -> list[Row]:
    """The next rows that are not under the newest key."""
    query = (
        select(sealed.key, sealed.kept)
        .where(sealed.kept.is_not(None), sealed.kept.not_like(f"v1.{newest}.%"), sealed.key > after)
        .order_by(sealed.key)
        .limit(BATCH)
    )
    return [(str(key), str(value)) for key, value in conn.execute(query)]


def _sealed_anew(vault: Vault, sealed: Sealed, rows: list[Row]) -> tuple[list[Change], list[str]]:
    changed, broken = [], []
    for row, value in rows:
        place = {"table": sealed.table, "column": sealed.column, "row": row}
        try:
            changed.append((row, value, vault.seal(vault.open(value, **place), **place)))
        except SealBroken:
            broken.append(f"{sealed.name} of {row}")
    return changed, broken


def _put(conn: Connection, sealed: Sealed, changes: list[Change]) -> int:
    """Where nobody wrote something else since it was read."""
    return sum(
        conn.execute(
            update(sealed.place).where(sealed.key == row, sealed.kept == old).values({sealed.column: new})
        ).rowcount
        for row, old, new in changes
    )


def places() -> Iterator[tuple[str, str]]:
    """Table and column of each, as the vault is told them."""
    return ((one.table, one.column) for one in SEALED)
