"""What was learned from outcomes, and what was said that does not wait for the end of a check-in

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "adoption",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("adopted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("weights", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("turnover", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("slope", sa.Float(), nullable=False),
        sa.Column("leavers", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_adoption")),
    )
    op.add_column("checkin", sa.Column("stated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index("ix_checkin_stated", "checkin", ["assessed_at", "stated_at"], unique=False)
