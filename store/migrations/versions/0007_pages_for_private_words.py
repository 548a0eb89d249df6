"""Pages for private words

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A question can be answered on a page of its own, by a link that works once."""
    op.create_table(
        "formlink",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("checkin_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formlink")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_formlink_token_hash")),
    )
    with op.batch_alter_table("formlink", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_formlink_checkin_id"), ["checkin_id"], unique=False)
