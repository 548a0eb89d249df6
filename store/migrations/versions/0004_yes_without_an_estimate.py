"""Yes without an estimate, and a pause of one's own

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever agreed before agreed to both."""
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scored", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.alter_column("scored", server_default=None)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_paused_until"), ["paused_until"], unique=False)
