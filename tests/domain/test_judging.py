from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from feedbot.domain import identity
from feedbot.domain.article import Draft, Reaction
from feedbot.domain.judging import Judgement, Known, judge, keyed, silence_reason, to_read

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def draft(number: int, **values: object) -> Draft:
    plain: dict[str, object] = {
        "url": f"https://town.example/{number}",
        "title": f"Story {number}",
        "guid": f"id-{number}",
        "published": NOW - number * timedelta(hours=1),
    }
    return Draft(**{**plain, **values})  # type: ignore[arg-type]


def stored(one: Draft, number: int, read_at: datetime = NOW) -> Known:
    return Known(
        id=number,
        key=identity.article_key(one),
        url_key=identity.url_key(one),
        title_key=identity.title_key(one),
        fingerprint=identity.fingerprint(one),
        list_fingerprint=identity.fingerprint(one),
        published=one.published,
        first_seen=NOW - DAY,
        read_at=read_at,
        seen_at=read_at,
    )


def judged(drafts: Sequence[Draft], known: Sequence[Known]) -> Judgement:
    return judge(keyed(drafts, "auto"), known)


def ids(judgement: Judgement) -> list[int | None]:
    return [entry.known.id if entry.known else None for entry in judgement.listed]


def test_articles_are_found_again_by_their_guid() -> None:
    known = [stored(draft(1), 11), stored(draft(2), 12)]
    assert ids(judged([draft(2), draft(3), draft(1)], known)) == [12, None, 11]


def test_a_changed_guid_with_the_same_address_is_the_same_article() -> None:
    assert ids(judged([draft(1, guid="new-1")], [stored(draft(1), 11)])) == [11]


def test_a_changed_guid_and_address_with_the_same_title_and_date_is_the_same_article() -> None:
    moved = draft(1, guid="new-1", url="https://new.example/a/1")
    assert ids(judged([moved, draft(2)], [stored(draft(1), 11), stored(draft(2), 12)])) == [11, 12]


def test_the_same_title_on_another_day_is_another_article() -> None:
    again = draft(9, guid="x", title="Story 1", url="https://town.example/x")
    assert ids(judged([again, draft(1)], [stored(draft(1), 11)])) == [None, 11]


def test_two_items_with_one_address_stay_two_articles() -> None:
    first, second = draft(1), draft(2, url="https://town.example/1")
    assert ids(judged([second, first], [stored(first, 11)])) == [None, 11]
    assert ids(judged([second, first], [stored(first, 11), stored(second, 12)])) == [12, 11]


def test_a_redesign_that_changes_every_guid_finds_every_article_again() -> None:
    old = [draft(number) for number in range(1, 9)]
    new = [draft(number, guid=f"{number}@new") for number in range(1, 9)]
    judgement = judged(new, [stored(one, one_id) for one_id, one in enumerate(old, 1)])
    assert ids(judgement) == list(range(1, 9))
    assert judgement.new == ()


def test_a_redesign_that_changes_guid_address_and_date_is_found_by_titles() -> None:
    old = [draft(number) for number in range(1, 9)]
    new = [
        draft(number, guid=f"g{number}", url=f"https://n.example/{number}", published=None) for number in range(1, 9)
    ]
    judgement = judged(new, [stored(one, one_id) for one_id, one in enumerate(old, 1)])
    assert ids(judgement) == list(range(1, 9))


def test_items_that_share_one_link_are_told_apart_after_the_older_left_the_list() -> None:
    """A podcast links every episode to the show's home page, and lists the newest ones only."""
    show = "https://show.example/"
    old, new = draft(5, url=show), draft(1, url=show)
    assert ids(judged([new], [stored(old, 11)])) == [None]
    undated = [draft(number, url=show, published=None) for number in (1, 2, 3)]
    known = [stored(draft(number, url=show, published=None), number) for number in (2, 3, 4)]
    assert ids(judged(undated, known)) == [None, 2, 3]


def test_an_edited_title_under_a_new_guid_is_still_the_article_at_its_address() -> None:
    edited = draft(1, guid="new-1", title="Story 1, corrected")
    assert ids(judged([edited], [stored(draft(1), 11)])) == [11]


def test_a_title_that_comes_back_every_day_is_a_new_article_every_day() -> None:
    for published in (None, NOW - DAY):
        old = draft(1, title="Weather", published=published)
        today = draft(2, title="Weather", published=published and NOW)
        assert ids(judged([today], [stored(old, 11)])) == [None]
    days = [draft(number, title="Weather", published=NOW - number * DAY * 2) for number in range(6)]
    assert ids(judged(days[:3], [stored(one, one_id) for one_id, one in enumerate(days[3:], 1)])) == [None] * 3


def test_a_redesign_that_spares_one_address_is_found_by_titles_as_well() -> None:
    old = [draft(number, guid=None) for number in range(1, 9)]
    new = [old[0], *(draft(n, guid=None, url=f"https://n.example/{n}", published=None) for n in range(2, 9))]
    assert ids(judged(new, [stored(one, one_id) for one_id, one in enumerate(old, 1)])) == list(range(1, 9))


def test_a_long_list_under_new_names_is_judged_at_once() -> None:
    count = 20_000
    old = [stored(draft(number), number) for number in range(count)]
    new = [
        draft(number, guid=f"g{number}", published=None, url=f"https://n.example/{number}") for number in range(count)
    ]
    began = time.process_time()
    assert ids(judged(new, old)) == list(range(count))
    assert time.process_time() - began < 5  # to compare each with each would take minutes


def test_what_a_list_that_changed_beyond_recognition_brings_is_silent() -> None:
    strange = Judgement(judged([draft(number) for number in range(50, 60)], []).listed, is_redesign=True)
    assert {silence_reason(entry, strange, NOW - DAY) for entry in strange.listed} == {"redesign"}


def test_the_first_poll_is_silent() -> None:
    judgement = judged([draft(1)], [])
    assert silence_reason(judgement.listed[0], judgement, None) == "baseline"


def test_an_old_article_that_moves_up_into_the_list_is_silent() -> None:
    judgement = judged([draft(1), draft(2, published=NOW - 30 * DAY)], [])
    assert [silence_reason(entry, judgement, NOW - DAY) for entry in judgement.listed] == [None, "older_than_watch"]


def test_an_article_of_long_ago_that_comes_back_into_the_list_is_silent_and_a_late_one_is_not() -> None:
    judgement = judged([draft(1, published=NOW - 61 * DAY), draft(2, published=NOW - 59 * DAY)], [])
    reasons = [silence_reason(entry, judgement, NOW - 900 * DAY, NOW) for entry in judgement.listed]
    assert reasons == ["older_than_watch", None]


def test_of_two_entries_with_one_guid_the_first_counts() -> None:
    kept = keyed([draft(1, title="First"), draft(1, title="Second")], "auto")
    assert [one.title for one in kept.values()] == ["First"]


def test_a_guid_that_every_item_bears_names_none_of_them() -> None:
    same = [draft(number, guid="https://town.example/") for number in (1, 2, 3)]
    kept = keyed([*same, draft(4)], "auto")
    assert [one.title for one in kept.values()] == ["Story 1", "Story 2", "Story 3", "Story 4"]
    assert list(kept)[-1] == identity.article_key(draft(4))
    assert len(keyed(same, "guid")) == 1


def test_article_pages_are_read_for_new_and_edited_entries_and_for_a_few_young_ones() -> None:
    listed = [draft(number, is_complete=False) for number in range(1, 9)]
    known = [
        stored(one, one_id, read_at=NOW - DAY - one_id * timedelta(minutes=1)) for one_id, one in enumerate(listed, 1)
    ]
    edited = draft(2, is_complete=False, title="Story 2, corrected")
    current = [draft(0, is_complete=False), listed[0], edited, *listed[2:]]
    wanted = to_read(judged(current, known), {}, NOW)
    titles = [entry.draft.title for entry in wanted]
    assert titles == ["Story 0", "Story 2, corrected", "Story 8", "Story 7", "Story 6"]


def test_an_article_read_lately_or_long_published_is_not_read_again() -> None:
    lately, old = draft(1, is_complete=False), draft(2, is_complete=False, published=NOW - 9 * DAY)
    known = [stored(lately, 1, NOW - timedelta(hours=1)), stored(old, 2, NOW - 5 * DAY)]
    assert to_read(judged([lately, old], known), {}, NOW) == ()


def test_a_page_whose_list_tells_of_edits_is_looked_at_once_more_after_a_day() -> None:
    one = draft(1, is_complete=False)
    key = identity.article_key(one).hex()

    def is_read(age: timedelta, read: timedelta, tries: dict[str, int] | None = None, **said: datetime) -> bool:
        known = stored(draft(1), 1, read_at=NOW - age + read)
        listing = judged([draft(1, is_complete=False, **said)], [replace(known, first_seen=NOW - age)])
        return bool(to_read(listing, tries or {}, NOW, tells_edits=True))

    hours = timedelta(hours=1)
    assert not is_read(20 * hours, 0 * hours)
    assert is_read(25 * hours, 0 * hours)
    assert not is_read(50 * hours, 25 * hours)
    # What the feed calls updated may say so only in its text; a page that could not be read says nothing yet.
    assert is_read(20 * hours, 0 * hours, updated=NOW - hours)
    assert not is_read(20 * hours, 0 * hours, updated=NOW - 20 * hours)
    assert is_read(7 * hours, 0 * hours, {key: 3})
    assert not is_read(5 * hours, 0 * hours, {key: 3}, updated=NOW)


def test_pages_that_failed_do_not_keep_others_waiting() -> None:
    listed = [draft(number, is_complete=False) for number in range(1, 5)]
    tries = {identity.article_key(one).hex(): count for one, count in zip(listed[:2], (0, 2), strict=True)}
    assert [entry.draft.title for entry in to_read(judged(listed, []), tries, NOW)] == [
        "Story 3",
        "Story 4",
        "Story 1",
        "Story 2",
    ]


def test_a_list_that_never_reads_the_same_has_its_articles_read_in_turn() -> None:
    listed = [draft(number, is_complete=False) for number in range(1, 5)]
    known = [stored(one, one_id, NOW - one_id * timedelta(hours=1)) for one_id, one in enumerate(listed, 1)]
    changed = [draft(number, is_complete=False, summary="3 minutes ago") for number in range(1, 5)]
    titles = [entry.draft.title for entry in to_read(judged(changed, known), {}, NOW)]
    assert titles == ["Story 4", "Story 3", "Story 2", "Story 1"]


def test_a_page_that_failed_three_times_is_not_tried_again() -> None:
    one = draft(1, is_complete=False)
    judgement = judged([one], [])
    assert len(to_read(judgement, {identity.article_key(one).hex(): 2}, NOW)) == 1
    assert to_read(judgement, {identity.article_key(one).hex(): 3}, NOW) == ()


def test_a_fingerprint_ignores_counts_and_sees_words() -> None:
    one = draft(1, comment_count=1, reactions=(Reaction("鲜花", 1),))
    assert identity.fingerprint(one) == identity.fingerprint(draft(1, comment_count=9, reactions=()))
    assert identity.fingerprint(one) != identity.fingerprint(draft(1, body_html="<p>More</p>"))
