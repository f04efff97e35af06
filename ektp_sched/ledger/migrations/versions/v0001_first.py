"""The first tables of a ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them all."""
    op.create_table(
        "acts",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("remark", sa.BigInteger(), nullable=True),
        sa.Column("rests_on", sa.BigInteger(), nullable=True),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.Column("plan", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("facts", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("plan"),
    )
    op.create_table(
        "commitments",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("ref", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_table(
        "counts",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("blanks", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_table(
        "forgotten",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("ref", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_table(
        "gone",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_index("ix_gone_person", "gone", ["person"])
    op.create_table(
        "handed",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_index("ix_handed_person", "handed", ["person"])
    op.create_table(
        "outages",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("begins", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=True),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_table(
        "overrides",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_index("ix_overrides_person", "overrides", ["person"])
    op.create_table(
        "personal",
        sa.Column("ref", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ref"),
    )
    begins = sa.text("substr(text, 1, 12)")
    op.create_index("ix_personal_begins", "personal", [begins])
    op.create_table(
        "planned",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=True),
        sa.Column("printer", sa.Text(), nullable=True),
        sa.Column("batch", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_index("ix_planned_person", "planned", ["person"])
    op.create_table(
        "prints",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("printer", sa.Text(), nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("plan", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("remark", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_index("ix_prints_person", "prints", ["person"])
    op.create_table(
        "seen",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waiting_since", sa.Text(), nullable=True),
        sa.Column("ready_on", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Text(), nullable=True),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.Text(), nullable=True),
        sa.Column("promised_on", sa.Text(), nullable=True),
        sa.Column("pinned_on", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_index("ix_seen_person", "seen", ["person"])
    op.create_table(
        "told",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("promised_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_index("ix_told_person", "told", ["person"])
    op.create_table(
        "voids",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("plan", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("printer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_table(
        "withheld",
        sa.Column("act", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("row", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("export", sa.Text(), nullable=True),
        sa.Column("used", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("act", "row"),
    )
    op.create_index("ix_withheld_person", "withheld", ["person"])
