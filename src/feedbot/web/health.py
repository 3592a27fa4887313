"""Whether the process lives (`/healthz`) and whether it can do its work (`/readyz`), for supervisors and balancers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from feedbot.storage import upgrading
from feedbot.storage.database import Database

LIMIT = 5.0
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold; `text` says how it is and, if it does not hold, what to do."""

    name: str
    ok: bool
    text: str


Readiness = Callable[[], Awaitable[Sequence[Check]]]


def routes(database: Database, readiness: Readiness) -> list[Route]:
    """`/healthz` answers 200 while the process answers at all; `/readyz` 200 or 503 with every check."""

    async def ready(_: Request) -> Response:
        checks = [*await database_checks(database), *await _limited(readiness)]
        ok = all(check.ok for check in checks)
        said = {check.name: {"ok": check.ok, "text": check.text} for check in checks}
        return JSONResponse({"ready": ok, "checks": said}, 200 if ok else 503, _NO_STORE)

    return [Route("/healthz", _alive, name="health"), Route("/readyz", ready, name="health")]


async def database_checks(database: Database, limit: float = LIMIT) -> list[Check]:
    """Whether the database answers within `limit` seconds and has this program's schema."""
    try:
        async with asyncio.timeout(limit):
            schema = await upgrading.schema(database)
    except TimeoutError:
        return [Check("database", ok=False, text=f"The database did not answer within {limit:g} s.")]
    except Exception as error:  # noqa: BLE001 - whatever the driver raises, the answer is the same
        return [Check("database", ok=False, text=f"The database cannot be reached ({type(error).__name__}).")]
    text = "At the newest revision." if schema.is_current else "Not migrated: run `feedbot db upgrade`."
    return [Check("database", ok=True, text="Answers."), Check("migrations", ok=schema.is_current, text=text)]


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n", headers=_NO_STORE)


async def _limited(readiness: Readiness) -> Sequence[Check]:
    try:
        async with asyncio.timeout(LIMIT):
            return await readiness()
    except TimeoutError:
        return [Check("process", ok=False, text=f"The process did not tell how it is within {LIMIT:g} s.")]
