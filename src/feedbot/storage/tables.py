"""Every table. A change here needs a migration; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from feedbot.storage.columns import JsonValue, RowId, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

source = Table(
    "source",
    metadata,
    Column("number", RowId, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("options", JsonValue, nullable=False),
    Column("origin", Text, nullable=False),  # file | sandbox | database
    Column("enabled", Boolean, nullable=False, server_default=true()),
    Column("created_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    # What the next poll needs to know; it survives a restart.
    Column("next_poll_at", UtcDateTime),
    Column("plan_reason", Text, nullable=False, server_default=""),
    Column("interval", Float),
    Column("lease_owner", Text),
    Column("leased_until", UtcDateTime),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("moved_to", Text),
    Column("home_url", Text),  # the site of a feed, as the feed first named it
    Column("detected_type", Text),
    Column("baseline_at", UtcDateTime),
    Column("last_poll_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("listed_at", UtcDateTime),  # when its whole list was last read (a 304 is no reading)
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", UtcDateTime),
    Column("error_kind", Text),
    Column("error_text", Text),
    Column("gone_at", UtcDateTime),
    Column("unread", JsonValue),  # {key as hex: failed tries} of listed articles whose page could not be read
    Column("rhythm", JsonValue),  # what its publishing history taught
    Column("hints", JsonValue),  # what its feed last asked for, to be respected over a 304 too
    Column("body_digest", LargeBinary),  # of the list as last read: the same bytes need no parsing
    Column("redirect", JsonValue),  # a permanent redirect, until it was consistent
    Column("proposed_url", Text),  # a new address that was found for it
    Column("redesign", JsonValue),  # since when, and what is held back
    Column("list_state", JsonValue),  # how many entries its list had, since when it is empty, whether pages are due
)
Index("ix_source_due", source.c.next_poll_at)

article = Table(
    "article",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source_number", ForeignKey("source.number", ondelete="CASCADE"), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("url_key", LargeBinary, nullable=False),
    Column("title_key", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("list_fingerprint", LargeBinary, nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("changed", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),  # in its list, to the day
    Column("date", UtcDateTime, nullable=False),  # published, else first_seen: what lists are sorted by
    Column("published", UtcDateTime),
    Column("updated", UtcDateTime),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("comment_count", Integer),
    Column("summary", Text, nullable=False),
    Column("summary_is_cut", Boolean, nullable=False, server_default=false()),
    Column("body_html", Text, nullable=False),
    Column("language", Text),
    Column("site", Text, nullable=False),
    Column("details", JsonValue, nullable=False),  # images, attachments, reactions, tags, paths of the page
    Column("churns", Integer, nullable=False, server_default=text("0")),  # changes that meant nothing
    Column("abstract", Text, nullable=False, server_default=""),  # a summary by a language model
    Column("story_id", BigInteger),  # the id of the story's first article, also once that is forgotten
    UniqueConstraint("source_number", "key"),
)
Index("ix_article_url_key", article.c.source_number, article.c.url_key)
Index("ix_article_title_key", article.c.source_number, article.c.title_key)
Index("ix_article_date", article.c.date, article.c.id)
Index("ix_article_source_date", article.c.source_number, article.c.date, article.c.id)
Index("ix_article_changed", article.c.changed)

Index("ix_article_story", article.c.story_id, article.c.source_number)
Index("ix_article_any_url_key", article.c.url_key)

# What tells near-duplicates: one row a band of the article's MinHash signature.
article_band = Table(
    "article_band",
    metadata,
    Column("band", BigInteger, primary_key=True),
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
)
Index("ix_article_band_article", article_band.c.article_id)

# Articles of a list that changed beyond recognition, until an admin or their titles say that they are real.
held_article = Table(
    "held_article",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source_number", ForeignKey("source.number", ondelete="CASCADE"), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("draft", JsonValue, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    UniqueConstraint("source_number", "key"),
)

# The page that could not be read, for looking at it again: the newest of each source.
kept_page = Table(
    "kept_page",
    metadata,
    Column("source_number", ForeignKey("source.number", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("url", Text, nullable=False),
    Column("mime_type", Text, nullable=False),
    Column("charset", Text),
    Column("body", LargeBinary, nullable=False),  # zstd
    Column("error_text", Text, nullable=False),
)

# Subscriptions at WebSub hubs (W3C WebSub, 5).
websub_subscription = Table(
    "websub_subscription",
    metadata,
    Column("source_number", ForeignKey("source.number", ondelete="CASCADE"), primary_key=True),
    Column("token", Text, nullable=False, unique=True),  # the path of the callback
    Column("hub_url", Text, nullable=False),
    Column("topic_url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("state", Text, nullable=False),  # asked | active | refused | ending
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("last_push_at", UtcDateTime),
    Column("error_text", Text),
)

# What a language model answered, so that it is asked once.
llm_answer = Table(
    "llm_answer",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),  # summary | translation
    Column("value", JsonValue, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix_llm_answer_at", llm_answer.c.at)

category = Table(
    "category",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("path", Text, nullable=False, unique=True),
    Column("parent_id", ForeignKey("category.id", ondelete="CASCADE")),
)

# Where a category went that was moved or merged: its name and those below it go on meaning the new one.
category_alias = Table(
    "category_alias",
    metadata,
    Column("path", Text, primary_key=True),
    Column("target", Text, nullable=False),
)

article_category = Table(
    "article_category",
    metadata,
    # A row also for each parent of the category, so that following a parent is one join.
    Column("category_id", ForeignKey("category.id", ondelete="CASCADE"), primary_key=True),
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("is_direct", Boolean, nullable=False),
    Column("date", UtcDateTime, nullable=False),  # the article's, so that an index alone finds the newest
)
Index("ix_article_category_article", article_category.c.article_id)
Index(
    "ix_article_category_newest", article_category.c.category_id, article_category.c.date, article_category.c.article_id
)

chat = Table(
    "chat",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # private | group | supergroup | channel
    Column("title", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default="en"),
    Column("state", Text, nullable=False, server_default="active"),
    Column("state_reason", Text),
    Column("state_since", UtcDateTime),
    Column("allowed", Boolean, nullable=False, server_default=false()),  # an admin let this chat in
    Column("parked_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('active', 'paused', 'suspended')", name="state"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("chat_id", ForeignKey("chat.id", ondelete="CASCADE", onupdate="CASCADE"), nullable=False),
    Column("thread_id", BigInteger, nullable=False, server_default=text("0")),  # 0: no topic
    Column("category_id", ForeignKey("category.id", ondelete="CASCADE")),
    Column("source_number", ForeignKey("source.number", ondelete="CASCADE")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("suspended_reason", Text),
    CheckConstraint("(category_id IS NULL) <> (source_number IS NULL)", name="one_target"),
)
Index(
    "uq_subscription_category",
    subscription.c.chat_id,
    subscription.c.thread_id,
    subscription.c.category_id,
    unique=True,
    sqlite_where=subscription.c.category_id.is_not(None),
    postgresql_where=subscription.c.category_id.is_not(None),
)
Index(
    "uq_subscription_source",
    subscription.c.chat_id,
    subscription.c.thread_id,
    subscription.c.source_number,
    unique=True,
    sqlite_where=subscription.c.source_number.is_not(None),
    postgresql_where=subscription.c.source_number.is_not(None),
)
Index("ix_subscription_by_category", subscription.c.category_id)
Index("ix_subscription_by_source", subscription.c.source_number)

delivery = Table(
    "delivery",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("chat_id", ForeignKey("chat.id", ondelete="CASCADE", onupdate="CASCADE"), nullable=False),
    Column("thread_id", BigInteger, nullable=False, server_default=text("0")),
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("category_id", ForeignKey("category.id", ondelete="SET NULL")),  # the followed one
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("repeats", Integer, nullable=False, server_default=text("0")),  # sends that may have been seen twice
    Column("due_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("message_id", BigInteger),
    UniqueConstraint("chat_id", "article_id"),
    CheckConstraint(
        "state IN ('held', 'pending', 'sending', 'sent', 'skipped', 'failed', 'unknown')",
        name="state",
    ),
)
Index(
    "ix_delivery_open",
    delivery.c.due_at,
    delivery.c.chat_id,
    sqlite_where=delivery.c.state.in_(["pending", "unknown", "sending"]),
    postgresql_where=delivery.c.state.in_(["pending", "unknown", "sending"]),
)
Index("ix_delivery_article", delivery.c.article_id)
Index("ix_delivery_created", delivery.c.created_at)

poll = Table(
    "poll",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source_number", ForeignKey("source.number", ondelete="CASCADE"), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("outcome", Text, nullable=False),  # ok | unchanged | failed
    Column("status", Integer),
    Column("new", Integer, nullable=False, server_default=text("0")),
    Column("changed", Integer, nullable=False, server_default=text("0")),
    Column("unchanged", Integer, nullable=False, server_default=text("0")),
    Column("error_kind", Text),
    Column("error_text", Text),
)
Index("ix_poll_source_started", poll.c.source_number, poll.c.started_at)
Index("ix_poll_started", poll.c.started_at)

# Small facts about this installation: the state of the last configuration reload, the last clock tick.
fact = Table(
    "fact",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JsonValue, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
