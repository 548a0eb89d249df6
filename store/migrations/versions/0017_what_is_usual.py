"""What a level is measured against is what is usual, not what is neutral

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Assessments that are kept stay what they were: their levels were measured against a neutral person."""
    with op.batch_alter_table("assessment") as batch:
        batch.alter_column("neutral", new_column_name="usual")


def downgrade() -> None:
    """The name it had."""
    with op.batch_alter_table("assessment") as batch:
        batch.alter_column("usual", new_column_name="neutral")
