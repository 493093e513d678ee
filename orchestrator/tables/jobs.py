"""The table of what is done on a schedule, one row for each time that something is due. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from orchestrator.storage.columns import Moment, metadata, partial_index

# `attempt` grows with each claim, so that whoever lost one can write nothing; `until`: the claim's end, or while
# nobody has it, from when it may be claimed. `asked_by`: "operator" or "command"; "" for the schedule.
job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String, primary_key=True),
    Column("due_at", Moment, primary_key=True),
    Column("asked_by", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("claimed_by", String),
    Column("until", Moment, nullable=False),
    Column("started_at", Moment),  # of the attempt
    Column("ended_at", Moment),
    Column("outcome", String),  # done | failed | skipped
    Column("words", Text, nullable=False),  # what was done, or why not
    partial_index(
        "ix_job_runs_open",
        "job",
        "due_at",
        where="ended_at IS NULL",
    ),
)
