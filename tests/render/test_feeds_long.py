"""A feed stays small enough to be polled, however long its articles are."""

from __future__ import annotations

import feedparser
import pytest

from feedbot.render.feeds import render
from feedbot.render.feeds.view import Format
from render.feed_samples import article, view


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_an_endless_article_comes_with_its_first_whole_paragraphs(form: Format) -> None:
    paragraph = f"<p>{'A sentence of the long story. ' * 30}</p>"
    body = render(view(), [article(body_html=paragraph * 6000)], form)
    assert len(body) < 1_200_000
    [entry] = feedparser.parse(body).entries
    content = entry.content[-1].value
    assert content.count("<p>") == content.count("</p>") == 500_000 // len(paragraph)


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_an_endless_text_without_paragraphs_is_cut_and_well_formed(form: Format) -> None:
    [entry] = feedparser.parse(render(view(), [article(body_html="<b>endless</b> " * 100_000)], form)).entries
    assert 400_000 < len(entry.content[-1].value) <= 500_100
