"""what reading any site well needs to remember

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    # No batch mode here: it makes tables anew on SQLite, and dropping the old one would delete what refers to it.
    for column in (
        sa.Column("rhythm", json),
        sa.Column("hints", json),
        sa.Column("body_digest", sa.LargeBinary()),
        sa.Column("redirect", json),
        sa.Column("proposed_url", sa.Text()),
        sa.Column("redesign", json),
        sa.Column("list_state", json),
    ):
        op.add_column("source", column)
    op.add_column("article", sa.Column("churns", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("article", sa.Column("abstract", sa.Text(), server_default="", nullable=False))
    op.add_column("article", sa.Column("story_id", sa.BigInteger()))
    op.create_index("ix_article_story", "article", ["story_id", "source_number"])
    op.create_index("ix_article_any_url_key", "article", ["url_key"])
    op.create_table(
        "article_band",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("article_id", row_id, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_band_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("band", "article_id", name=op.f("pk_article_band")),
    )
    op.create_index("ix_article_band_article", "article_band", ["article_id"])
    op.create_table(
        "held_article",
        sa.Column("id", row_id, autoincrement=True, nullable=False),
        sa.Column("source_number", row_id, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("draft", json, nullable=False),
        sa.Column("found_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_number"],
            ["source.number"],
            name=op.f("fk_held_article_source_number_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_article")),
        sa.UniqueConstraint("source_number", "key", name=op.f("uq_held_article_source_number_key")),
    )
    op.create_table(
        "kept_page",
        sa.Column("source_number", row_id, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("charset", sa.Text()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("error_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_number"], ["source.number"], name=op.f("fk_kept_page_source_number_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_number", name=op.f("pk_kept_page")),
    )
    op.create_table(
        "websub_subscription",
        sa.Column("source_number", row_id, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("hub_url", sa.Text(), nullable=False),
        sa.Column("topic_url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", moment),
        sa.Column("lease_until", moment),
        sa.Column("last_push_at", moment),
        sa.Column("error_text", sa.Text()),
        sa.ForeignKeyConstraint(
            ["source_number"],
            ["source.number"],
            name=op.f("fk_websub_subscription_source_number_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_number", name=op.f("pk_websub_subscription")),
        sa.UniqueConstraint("token", name=op.f("uq_websub_subscription_token")),
    )
    op.create_table(
        "category_alias",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_category_alias")),
    )
    op.create_table(
        "llm_answer",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", json, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_llm_answer")),
    )
    op.create_index("ix_llm_answer_at", "llm_answer", ["at"])
