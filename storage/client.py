"""One Cloud Storage client for the instance, and its errors in the application's own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import requests
import requests.adapters
import urllib3.exceptions
from google.api_core import exceptions as google_errors
from google.auth.exceptions import GoogleAuthError
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption
from google.oauth2 import service_account

from handlers.domain.errors import RetryableError, RetryReason

# Connect and read; a resumable upload's chunk of 4 MiB fits the latter on a slow line.
CALL_TIMEOUT_SECONDS: Final = (5, 30)
_REASONS: Final[dict[int, RetryReason]] = {
    HTTPStatus.UNAUTHORIZED: RetryReason.STORAGE_FORBIDDEN,
    HTTPStatus.FORBIDDEN: RetryReason.STORAGE_FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT: RetryReason.STORAGE_UNAVAILABLE,
    HTTPStatus.TOO_MANY_REQUESTS: RetryReason.STORAGE_THROTTLED,
}
_SCOPE: Final = "https://www.googleapis.com/auth/devstorage.full_control"


def storage_client(
    *, project_id: str, key: tuple[str, str, str] | None, connections: int
) -> storage.Client:
    """Build a client; `key` is (client email, private key, private key id), None the platform's.

    STORAGE_EMULATOR_HOST is the library's own switch for a stand-in.
    """
    credentials = None
    if key is not None:
        email, private_key, private_key_id = key
        credentials = service_account.Credentials.from_service_account_info(
            {
                "type": "service_account",
                "client_email": email,
                "private_key": private_key,
                "private_key_id": private_key_id,
                "token_uri": "https://oauth2.googleapis.com/token",
            },
            scopes=[_SCOPE],
        )
    # Without credentials of its own it asks the platform for some, and may get none.
    with translated_errors():
        client = storage.Client(project=project_id, credentials=credentials)
    # As many kept connections as threads; the library's ten would be opened anew above that.
    adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=connections)
    session: Any = client._http  # noqa: SLF001 - the library offers no other way to size its pool
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return client


def _reason(status: int) -> RetryReason:
    if status in _REASONS:
        return _REASONS[status]
    # Any other refusal is about what was asked for, not about the store.
    is_refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return RetryReason.STORAGE_REFUSED if is_refusal else RetryReason.STORAGE_UNAVAILABLE


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise the application's errors for the library's; 404 and 412 are the callers' to read."""
    try:
        yield
    except (google_errors.NotFound, google_errors.PreconditionFailed, google_errors.Conflict):
        raise
    except google_errors.GoogleAPICallError as error:
        raise RetryableError(_reason(error.code or 0)) from error
    except (
        google_errors.RetryError,
        GoogleAuthError,
        DataCorruption,
        requests.RequestException,
        # A raw download that breaks off comes up from a layer below.
        urllib3.exceptions.HTTPError,
        ConnectionError,
    ) as error:
        raise RetryableError(RetryReason.STORAGE_UNAVAILABLE) from error
