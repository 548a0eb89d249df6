"""What stands in a chat is found by the index

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A reply costs the same in a chat's second year as on its first day."""
    op.drop_index("ix_delivery_address_state", table_name="delivery")
    op.create_index("ix_delivery_address_state_stands", "delivery", ["address_id", "state", "stands"], unique=False)


def downgrade() -> None:
    """The index as it was."""
    op.drop_index("ix_delivery_address_state_stands", table_name="delivery")
    op.create_index("ix_delivery_address_state", "delivery", ["address_id", "state"], unique=False)
