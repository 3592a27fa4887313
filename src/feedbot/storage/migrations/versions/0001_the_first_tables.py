"""the first tables

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("id", row_id, autoincrement=True, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("parent_id", row_id, nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["category.id"], name=op.f("fk_category_parent_id_category"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("path", name=op.f("uq_category_path")),
    )
    op.create_table(
        "chat",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("allowed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("parked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused', 'suspended')", name=op.f("ck_chat_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat")),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", json, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fact")),
    )
    op.create_table(
        "source",
        sa.Column("number", row_id, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("options", json, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("plan_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("interval", sa.Float(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("home_url", sa.Text(), nullable=True),
        sa.Column("detected_type", sa.Text(), nullable=True),
        sa.Column("baseline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_kind", sa.Text(), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unread", json, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_source")),
        sa.UniqueConstraint("id", name=op.f("uq_source_id")),
    )
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.create_index("ix_source_due", ["next_poll_at"], unique=False)

    op.create_table(
        "article",
        sa.Column("id", row_id, autoincrement=True, nullable=False),
        sa.Column("source_number", row_id, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("url_key", sa.LargeBinary(), nullable=False),
        sa.Column("title_key", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("list_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("comment_count", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summary_is_cut", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("details", json, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_number"], ["source.number"], name=op.f("fk_article_source_number_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("source_number", "key", name=op.f("uq_article_source_number_key")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index("ix_article_changed", ["changed"], unique=False)
        batch_op.create_index("ix_article_date", ["date", "id"], unique=False)
        batch_op.create_index("ix_article_source_date", ["source_number", "date", "id"], unique=False)
        batch_op.create_index("ix_article_title_key", ["source_number", "title_key"], unique=False)
        batch_op.create_index("ix_article_url_key", ["source_number", "url_key"], unique=False)

    op.create_table(
        "poll",
        sa.Column("id", row_id, autoincrement=True, nullable=False),
        sa.Column("source_number", row_id, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("new", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_kind", sa.Text(), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_number"], ["source.number"], name=op.f("fk_poll_source_number_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.create_index("ix_poll_source_started", ["source_number", "started_at"], unique=False)
        batch_op.create_index("ix_poll_started", ["started_at"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("id", row_id, autoincrement=True, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("category_id", row_id, nullable=True),
        sa.Column("source_number", row_id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(category_id IS NULL) <> (source_number IS NULL)", name=op.f("ck_subscription_one_target")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_subscription_category_id_category"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], name=op.f("fk_subscription_chat_id_chat"), onupdate="CASCADE", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_number"], ["source.number"], name=op.f("fk_subscription_source_number_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index("ix_subscription_by_category", ["category_id"], unique=False)
        batch_op.create_index("ix_subscription_by_source", ["source_number"], unique=False)
        batch_op.create_index(
            "uq_subscription_category",
            ["chat_id", "thread_id", "category_id"],
            unique=True,
            sqlite_where=sa.text("category_id IS NOT NULL"),
            postgresql_where=sa.text("category_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_subscription_source",
            ["chat_id", "thread_id", "source_number"],
            unique=True,
            sqlite_where=sa.text("source_number IS NOT NULL"),
            postgresql_where=sa.text("source_number IS NOT NULL"),
        )

    op.create_table(
        "article_category",
        sa.Column("category_id", row_id, nullable=False),
        sa.Column("article_id", row_id, nullable=False),
        sa.Column("is_direct", sa.Boolean(), nullable=False),
        sa.Column("date", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_category_article_id_article"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_article_category_category_id_category"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("category_id", "article_id", name=op.f("pk_article_category")),
    )
    with op.batch_alter_table("article_category", schema=None) as batch_op:
        batch_op.create_index("ix_article_category_article", ["article_id"], unique=False)
        batch_op.create_index("ix_article_category_newest", ["category_id", "date", "article_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", row_id, autoincrement=True, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("article_id", row_id, nullable=False),
        sa.Column("category_id", row_id, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("repeats", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('held', 'pending', 'sending', 'sent', 'skipped', 'failed', 'unknown')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_delivery_article_id_article"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_delivery_category_id_category"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], name=op.f("fk_delivery_chat_id_chat"), onupdate="CASCADE", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("chat_id", "article_id", name=op.f("uq_delivery_chat_id_article_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_article", ["article_id"], unique=False)
        batch_op.create_index("ix_delivery_created", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_delivery_open",
            ["due_at", "chat_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('pending', 'unknown', 'sending')"),
            postgresql_where=sa.text("state IN ('pending', 'unknown', 'sending')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_open",
            sqlite_where=sa.text("state IN ('pending', 'unknown', 'sending')"),
            postgresql_where=sa.text("state IN ('pending', 'unknown', 'sending')"),
        )
        batch_op.drop_index("ix_delivery_created")
        batch_op.drop_index("ix_delivery_article")

    op.drop_table("delivery")
    with op.batch_alter_table("article_category", schema=None) as batch_op:
        batch_op.drop_index("ix_article_category_article")

    op.drop_table("article_category")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_subscription_source",
            sqlite_where=sa.text("source_number IS NOT NULL"),
            postgresql_where=sa.text("source_number IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_subscription_category",
            sqlite_where=sa.text("category_id IS NOT NULL"),
            postgresql_where=sa.text("category_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_subscription_by_source")
        batch_op.drop_index("ix_subscription_by_category")

    op.drop_table("subscription")
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.drop_index("ix_poll_started")
        batch_op.drop_index("ix_poll_source_started")

    op.drop_table("poll")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_url_key")
        batch_op.drop_index("ix_article_title_key")
        batch_op.drop_index("ix_article_source_date")
        batch_op.drop_index("ix_article_date")
        batch_op.drop_index("ix_article_changed")

    op.drop_table("article")
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_index("ix_source_due")

    op.drop_table("source")
    op.drop_table("fact")
    op.drop_table("chat")
    op.drop_table("category")
