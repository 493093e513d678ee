"""Answers that the server has named, so that what has not changed need not come again."""

from __future__ import annotations

from collections.abc import Hashable

import httpx

MOST, MOST_BYTES = 32, 4 * 1024 * 1024


class Known:
    """The last few answers; those of one token are told to no other, because the token is part of the question."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, httpx.Response] = {}

    def answer(self, question: Hashable) -> httpx.Response | None:
        """The last one, with its name in `etag`. Who asks keeps it: it may be forgotten before the server says that
        it still holds."""
        return self._answers.get(question)

    def told(
        self, question: Hashable, answer: httpx.Response, known: httpx.Response | None
    ) -> httpx.Response:
        """The answer whole: the one that was `known`, when the server says that it still holds."""
        self._answers.pop(question, None)
        whole = known if answer.status_code == httpx.codes.NOT_MODIFIED and known is not None else answer
        if whole.is_success and "etag" in whole.headers and len(whole.content) <= MOST_BYTES:
            self._answers[question] = whole
            if len(self._answers) > MOST:
                del self._answers[next(iter(self._answers))]
        return whole
