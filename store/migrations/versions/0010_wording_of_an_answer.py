"""What an answer was asked with, and when the questions about leaving are due

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("answer") as table:
        table.add_column(sa.Column("form", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        table.add_column(sa.Column("version", sa.Integer(), nullable=True))
        table.add_column(sa.Column("wording", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    with op.batch_alter_table("placement") as table:
        table.add_column(sa.Column("exits_on", sa.Date(), nullable=True))
