"""What only the settings say of somebody of the agency

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column("person", sa.Column("from_settings", sa.JSON(none_as_null=True), nullable=True))
