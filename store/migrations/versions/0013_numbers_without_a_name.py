"""Numbers without a name

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who is erased may leave their numbers, under a random sign."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keeps_numbers", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column("keeps_numbers", server_default=None)
    op.create_table(
        "keptnumber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("item", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keptnumber")),
    )
    with op.batch_alter_table("keptnumber", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_keptnumber_sign"), ["sign"], unique=False)
