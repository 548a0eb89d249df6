"""A private case

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whose words opened a case, about whom it complains, and how that person can be reached safely."""
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("contact", sa.JSON(none_as_null=True), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("hidden_from", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sealed_words", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_alert_person_id_person"), "person", ["person_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_alert_hidden_from_person"), "person", ["hidden_from"], ["id"])
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.alter_column("contact", server_default=None)
    op.create_table(
        "hotlinecheck",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hotline", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("confirmed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("written_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotlinecheck")),
    )
    with op.batch_alter_table("hotlinecheck", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hotlinecheck_hotline"), ["hotline"], unique=False)
