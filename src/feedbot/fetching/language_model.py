"""A language model behind any endpoint that speaks OpenAI's chat completions: the program's own choice of address.

An admin names the endpoint, so the guard does not judge it: a model on the same machine is usual.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Self

from feedbot.errors import LanguageModelFailed, Refused

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MOST_TOKENS = 1200
_MOST_ANSWER = 20_000


class LanguageModel:
    """Asks a model questions; used as an async context manager. `timeout` is in seconds, for one answer."""

    def __init__(self, base_url: str, api_key: str, model: str, *, timeout: float) -> None:
        """Imports nothing yet.

        Raises:
            Refused: the extra `llm` is not installed; the text says how to get it.
        """
        _check_installed()
        self.model = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout
        self._client: AsyncOpenAI | None = None
        self._connecting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes its connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def ask(self, instruction: str, text: str) -> str:
        """The model's answer, as it gave it.

        Raises:
            LanguageModelFailed: no answer in time, or none at all; the text says why, without the key.
        """
        client = await self._connected()
        import openai  # noqa: PLC0415 - an extra; it was imported in a thread, as that takes long

        try:
            async with asyncio.timeout(self._timeout):
                answer = await client.chat.completions.create(
                    model=self.model,
                    messages=[{"role": "system", "content": instruction}, {"role": "user", "content": text}],
                    max_completion_tokens=MOST_TOKENS,
                )
        except TimeoutError:
            raise LanguageModelFailed(f"The language model did not answer within {self._timeout:g} s.") from None
        except openai.APIStatusError as error:
            raise LanguageModelFailed(f"The language model's server answers {error.status_code}.") from None
        except (openai.OpenAIError, ValueError) as error:  # ValueError: what came is no JSON
            raise LanguageModelFailed(f"The language model cannot be reached: {type(error).__name__}.") from None
        return _content(answer)

    async def _connected(self) -> AsyncOpenAI:
        async with self._connecting:
            if self._client is None:
                self._client = await asyncio.to_thread(self._connect)
            return self._client

    def _connect(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient  # noqa: PLC0415 - as above

        http = DefaultAsyncHttpxClient(trust_env=False, follow_redirects=False)
        client = AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._api_key or "none",
            timeout=self._timeout,
            max_retries=0,  # the next poll, or the extract, is better than a second wait
            http_client=http,
        )
        _ = client.chat.completions  # imports as much again: better in this thread than in the time of the first answer
        return client


def _content(answer: object) -> str:
    choices = getattr(answer, "choices", None)  # the client checks no types
    first = choices[0] if isinstance(choices, list) and choices else None
    said = getattr(getattr(first, "message", None), "content", None)
    if not isinstance(said, str) or not said.strip():
        raise LanguageModelFailed("The language model answered nothing.")
    return said[:_MOST_ANSWER]


def _check_installed() -> None:
    from importlib.util import find_spec  # noqa: PLC0415 - only where a model is wanted

    if find_spec("openai") is None:
        raise Refused(
            "A language model is wanted in `summary`, but the package that speaks to language models is not installed. "
            "Run `make install-llm`, or write engine: extractive and translate: false."
        )
