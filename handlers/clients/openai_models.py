"""Looks up models at OpenAI."""

from datetime import date
from typing import Final

import openai
from openai import OpenAI

from handlers.domain.errors import RetryableError, RetryReason
from handlers.ports.doctor import ModelFacts

_SECONDS: Final = 10.0
_DATE_CHARACTERS: Final = 10


class OpenAIModels:
    """The models that one key may use."""

    def __init__(self, *, api_key: str, base_url: str | None) -> None:
        self._client = OpenAI(api_key=api_key, base_url=base_url, max_retries=0, timeout=_SECONDS)

    def model(self, name: str) -> ModelFacts | None:
        """Return a model, or None where there is none of that name for us.

        Raises:
            RetryableError: the service did not answer, or refuses the key.
        """
        try:
            found = self._client.models.retrieve(name)
        except openai.NotFoundError:
            return None
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise RetryableError(RetryReason.TRANSCRIPTION_REFUSED) from error
        except (openai.OpenAIError, ValueError) as error:
            raise RetryableError(RetryReason.TRANSCRIPTION_UNAVAILABLE) from error
        return ModelFacts(shutdown_date=_date(found.shutdown_date))


def _date(written: object) -> date | None:
    try:
        return date.fromisoformat(str(written)[:_DATE_CHARACTERS])
    except ValueError:
        # None, or a form that nobody has announced.
        return None
