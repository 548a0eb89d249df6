"""What may be said

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Topics that a hire lets the consultant bring up with the company."""
    text, moment = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "sharing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("checkin_id", sa.Integer(), nullable=False),
        sa.Column("topic", text(), nullable=False),
        sa.Column("mode", text(), nullable=False),
        sa.Column("chosen_at", moment(), nullable=False),
        sa.Column("deliver_at", moment(), nullable=True),
        sa.Column("told_at", moment(), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_sharing_placement_id_placement")),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkin.id"], name=op.f("fk_sharing_checkin_id_checkin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing")),
    )
    with op.batch_alter_table("sharing", schema=None) as batch_op:
        for name in ("placement_id", "checkin_id", "deliver_at"):
            batch_op.create_index(batch_op.f(f"ix_sharing_{name}"), [name], unique=False)
