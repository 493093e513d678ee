"""The table of leases: which process owns what. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from orchestrator.storage.columns import metadata

# `fence` grows with each change of owner and never shrinks, so a row stays when nobody holds it any more.
leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False, index=True),  # of this start of the process; "": nobody
    Column("fence", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # milliseconds since 1970 by the database's own clock
)
