"""What was learned belongs to the rules around which it was learned

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Until now there was one version of the shipped rules."""
    with op.batch_alter_table("adoption") as batch_op:
        batch_op.add_column(sa.Column("rules_version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("adoption") as batch_op:
        batch_op.alter_column("rules_version", server_default=None)


def downgrade() -> None:
    """Without it."""
    with op.batch_alter_table("adoption") as batch_op:
        batch_op.drop_column("rules_version")
