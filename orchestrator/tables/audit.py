"""The tables of the audit log. Part of `tables.metadata`.

The database itself refuses to change or remove an entry: it may be linked into the chain, once, and what of it is
personal may be erased. docs/concepts/audit.md says why, docs/reference/audit.md how an entry is hashed.
"""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, String, Table, Text, event

from orchestrator.storage.columns import Moment, metadata, partial_index

# No foreign key: what was done stays told when a user or an account is gone. `position` and what follows are null
# until the keeper has linked the entry. `address`, `detail` and `salt` are null again once they are erased.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("user_id", String),  # whose it is; null: the installation's, or nobody's that we know
    Column("action", String, nullable=False),
    Column("actor_kind", String, nullable=False),
    Column("actor", String, nullable=False),  # a user's id, or the name of a program
    Column("through", String, nullable=False),  # the id of the login or the personal token
    Column("subject", String, nullable=False),  # the id of what it was done to
    Column("address", String),
    Column("detail", Text),  # canonical JSON: an object of texts
    Column("position", BigInteger, unique=True),  # from 1, without gaps
    Column("salt", String),
    Column("personal_hash", String),  # of salt, address and detail
    Column("hash", String),  # of all else, and of the hash before it
    Index(None, "user_id", "id"),
    partial_index(
        "ix_audit_log_unlinked",
        "id",
        where="position IS NULL",
    ),
)

# One row: how far the chain goes, signed, so that entries missing at its end are missed.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("public_key", String, nullable=False),
    Column("signature", String, nullable=False),
)

_KEPT = ("id", "at", "user_id", "action", "actor_kind", "actor", "through", "subject")
_PERSONAL = ("address", "detail")
_LINK = ("position", "personal_hash", "hash")
REFUSED = "the audit log only grows"


def _same(columns: tuple[str, ...], to: str) -> str:
    return " AND ".join(f"NEW.{name} {to} OLD.{name}" for name in columns)


def _permitted(to: str, free: str = "") -> str:
    """That an update links an entry (to a place that is `free`), or erases what is personal in it."""
    linking = f"OLD.position IS NULL AND NEW.position IS NOT NULL AND {_same(_PERSONAL, to)}{free}"
    erased = " AND ".join(f"NEW.{name} IS NULL" for name in (*_PERSONAL, "salt"))
    erasing = f"OLD.position IS NOT NULL AND {_same(_LINK, to)} AND {erased}"
    return f"{_same(_KEPT, to)} AND (({linking}) OR ({erasing}))"


# SQLite's OR REPLACE removes what is in the way and does not ask the rule about removing.
_TAKEN = "EXISTS (SELECT 1 FROM audit_log WHERE {0} = NEW.{0})".format

SQLITE_RULES = (
    f"CREATE TRIGGER audit_log_begins_unlinked BEFORE INSERT ON audit_log "
    f"WHEN NEW.position IS NOT NULL OR {_TAKEN('id')} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER audit_log_unchanged BEFORE UPDATE ON audit_log "
    f"WHEN NOT ({_permitted('IS', ' AND NOT ' + _TAKEN('position'))}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER audit_log_unremoved BEFORE DELETE ON audit_log "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
)
POSTGRES_RULES = (
    f"CREATE FUNCTION audit_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $rule$ "
    f"BEGIN RAISE EXCEPTION '{REFUSED}'; END $rule$",
    "CREATE TRIGGER audit_log_begins_unlinked BEFORE INSERT ON audit_log FOR EACH ROW "
    "WHEN (NEW.position IS NOT NULL) EXECUTE FUNCTION audit_log_only_grows()",
    "CREATE TRIGGER audit_log_unchanged BEFORE UPDATE ON audit_log FOR EACH ROW "
    f"WHEN (NOT ({_permitted('IS NOT DISTINCT FROM')})) EXECUTE FUNCTION audit_log_only_grows()",
    "CREATE TRIGGER audit_log_unremoved BEFORE DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT "
    "EXECUTE FUNCTION audit_log_only_grows()",
)


def rules(dialect: str) -> tuple[str, ...]:
    """The statements that make a database keep the log as it is."""
    return SQLITE_RULES if dialect == "sqlite" else POSTGRES_RULES


for _dialect in ("sqlite", "postgresql"):
    for _rule in rules(_dialect):
        made = DDL(_rule.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(audit_log, "after_create", made.execute_if(dialect=_dialect))
