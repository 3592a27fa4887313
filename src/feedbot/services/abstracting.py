"""Summaries and translations by a language model: within a budget, from a cache, and never waited for too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import structlog

from feedbot.domain import abstracts
from feedbot.domain.abstracts import Asked, Translated
from feedbot.domain.article import Article, Content, Draft
from feedbot.domain.summary import article_summary
from feedbot.errors import LanguageModelFailed
from feedbot.fetching.language_model import LanguageModel
from feedbot.sources.html import to_text
from feedbot.storage import chats, llm
from feedbot.storage.database import Database

AT_ONCE = 4
MOST_SECONDS = 45.0  # for all questions of one poll: then the extract has to do

K = TypeVar("K")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Question:
    """A question with its key, and what makes a value of the answer (None: the answer is of no use)."""

    key: bytes
    asked: Asked
    take: Callable[[str], object | None]


class Abstracts:
    """Has new articles summed up and translated before they are stored.

    `per_day` bounds the questions of a day (UTC). With `translates`, titles and summaries are translated into the
    languages of the chats that follow anything. What fails, or takes too long, is left out: nothing depends on it.
    """

    def __init__(
        self,
        database: Database,
        model: LanguageModel,
        *,
        max_chars: int,
        per_day: int,
        sums_up: bool = True,
        translates: bool = False,
        patience: float = MOST_SECONDS,
    ) -> None:
        self._database = database
        self._model = model
        self._max_chars = max_chars
        self._per_day = per_day
        self._sums_up = sums_up
        self._translates = translates
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def added(self, contents: Mapping[bytes, Draft], now: datetime) -> dict[bytes, Draft]:
        """The drafts with the abstracts that could be had; their translations are kept for when they are sent."""
        texts = await asyncio.to_thread(lambda: {key: to_text(draft.body_html) for key, draft in contents.items()})
        done = dict(contents)
        if self._sums_up:
            for key, abstract in (await self._abstracts(contents, texts, now)).items():
                done[key] = replace(done[key], abstract=abstract)
        if self._translates:
            await self._translate(done, texts, now)
        return done

    async def _abstracts(
        self, contents: Mapping[bytes, Draft], texts: Mapping[bytes, str], now: datetime
    ) -> dict[bytes, str]:
        questions = {
            key: self._question(
                "summary", abstracts.ask_for_abstract(draft, texts[key], self._max_chars), self._abstract
            )
            for key, draft in contents.items()
            if abstracts.needs_abstract(draft, texts[key])
        }
        return {key: str(value) for key, value in (await self._answered("summary", questions, now)).items()}

    async def _translate(self, contents: Mapping[bytes, Draft], texts: Mapping[bytes, str], now: datetime) -> None:
        async with self._database.read() as connection:
            languages = await chats.languages(connection)
        questions = {
            (key, language): translation_question(self._model.model, draft, texts[key], language, self._max_chars)
            for key, draft in contents.items()
            for language in languages
            if abstracts.is_foreign(draft.language, language)
        }
        await self._answered("translation", questions, now)

    def _question(self, kind: str, asked: Asked, take: Callable[[str], object | None]) -> _Question:
        return _Question(abstracts.question_key(self._model.model, kind, asked), asked, take)

    def _abstract(self, answer: str) -> str | None:
        return abstracts.taken_abstract(answer, self._max_chars) or None

    async def _answered(self, kind: str, questions: Mapping[K, _Question], now: datetime) -> dict[K, object]:
        """The answers by the questions' names: those that are kept, and those that come in time and budget."""
        if not questions:
            return {}
        async with self._database.read() as connection:
            known = await llm.answers(connection, [question.key for question in questions.values()])
        open_ones = [question for question in questions.values() if question.key not in known]
        if open_ones:
            async with self._database.write() as connection:
                granted = await llm.take_from_budget(connection, len(open_ones), self._per_day, now)
            if granted < len(open_ones):
                log.warning("language_model_budget_spent", left_out=len(open_ones) - granted, per_day=self._per_day)
            fresh = await self._asked(open_ones[:granted])
            async with self._database.write() as connection:
                await llm.keep(connection, kind, fresh, now)
            known |= fresh
        return {name: known[question.key] for name, question in questions.items() if question.key in known}

    async def _asked(self, questions: Sequence[_Question]) -> dict[bytes, object]:
        tasks = {asyncio.create_task(self._ask(question)): question.key for question in questions}
        if not tasks:
            return {}
        done, late = await asyncio.wait(tasks, timeout=self._patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            log.warning("language_model_too_slow", left_out=len(late), waited_seconds=self._patience)
        return {tasks[task]: value for task in done if (value := task.result()) is not None}

    async def _ask(self, question: _Question) -> object | None:
        try:
            async with self._slots:
                return question.take(await self._model.ask(question.asked.instruction, question.asked.text))
        except LanguageModelFailed as error:
            log.warning("language_model_failed", reason=str(error))
        except Exception:
            # An article may have made the model answer anything.
            log.exception("language_model_answer_failed")
        return None


def translation_question(model: str, content: Content, text: str, language: str, max_chars: int) -> _Question:
    """The question for a translation: the same when the article is stored and when it is sent."""
    asked = abstracts.ask_for_translation(content.title, article_summary(content, max_chars, text), language)

    def take(answer: str) -> object | None:
        found = abstracts.taken_translation(answer, max_chars)
        return [found.title, found.summary] if found else None

    return _Question(abstracts.question_key(model, "translation", asked), asked, take)


async def translations(
    database: Database, model: str, wanted: Sequence[tuple[Article, str]], max_chars: int
) -> dict[tuple[int, str], Translated]:
    """The kept translations of articles into languages, by article id and language; nobody is asked for more."""
    foreign = [(article, language) for article, language in wanted if abstracts.is_foreign(article.language, language)]
    if not foreign:
        return {}
    keys = await asyncio.to_thread(
        lambda: {
            (article.id, language): translation_question(
                model, article, to_text(article.body_html), language, max_chars
            ).key
            for article, language in foreign
        }
    )
    async with database.read() as connection:
        known = await llm.answers(connection, set(keys.values()))
    return {name: Translated(*known[key]) for name, key in keys.items() if key in known}
