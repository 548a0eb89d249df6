"""The index of those who pause holds them alone

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Without figures about the table, PostgreSQL read all people at each tick to find those whose pause is over."""
    pauses = sa.text("paused_until IS NOT NULL")
    op.drop_index("ix_person_paused_until", table_name="person")
    op.create_index("ix_person_paused_until", "person", ["paused_until"], sqlite_where=pauses, postgresql_where=pauses)


def downgrade() -> None:
    """The index over all people."""
    op.drop_index("ix_person_paused_until", table_name="person")
    op.create_index("ix_person_paused_until", "person", ["paused_until"])
