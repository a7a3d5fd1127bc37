"""Who may call the REST API, and how often."""

import threading
import time
from collections.abc import Mapping

from local.chatwoot.records import Account, AgentBot, User
from local.chatwoot.store import ADMINISTRATOR, BOT
from local.http_messages import Handler, RefusedError, Request, Response, json_response

_WINDOW_SECONDS = 60


class Access:
    """Checks token and account of a request before its handler sees it."""

    def __init__(self, account: Account, tokens: Mapping[str, User | AgentBot]) -> None:
        self._account = account
        self._tokens = tokens
        self._limit: int | None = None
        self._window = (0, 0)
        self._lock = threading.Lock()

    def limit_rate(self, per_minute: int | None) -> None:
        """Answer 429 above so many requests in a clock minute; None for no limit."""
        with self._lock:
            self._limit = per_minute
            self._window = (0, 0)

    def throttled(self, handler: Handler) -> Handler:
        """Wrap a handler so that it counts against the rate limit."""

        def check(request: Request) -> Response:
            minute = int(time.time()) // _WINDOW_SECONDS
            with self._lock:
                count = self._window[1] + 1 if self._window[0] == minute else 1
                self._window = (minute, count)
                exceeded = self._limit is not None and count > self._limit
            if exceeded:
                return Response(status=429, body=b"Retry later\n", content_type="text/plain")
            return handler(request)

        return check

    def for_users(self, handler: Handler) -> Handler:
        """Wrap a handler that bots may not call."""
        return self.throttled(self._checked(handler, bots=False))

    def for_users_and_bots(self, handler: Handler) -> Handler:
        """Wrap a handler that bots may call too."""
        return self.throttled(self._checked(handler, bots=True))

    def caller(self, request: Request) -> User | AgentBot:
        """Return whose token the request carries, or refuse with 401."""
        # Rails reads both headers as one; proxies tend to drop the one with underscores.
        token = request.headers.get("Api-Access-Token") or request.headers.get("api_access_token")
        if not token:
            raise _refusal(401, {"errors": ["You need to sign in or sign up before continuing."]})
        caller = self._tokens.get(token)
        if caller is None:
            raise _refusal(401, {"error": "Invalid Access Token"})
        return caller

    def _checked(self, handler: Handler, *, bots: bool) -> Handler:
        def check(request: Request) -> Response:
            if isinstance(self.caller(request), AgentBot) and not bots:
                message = "Access to this endpoint is not authorized for bots"
                raise _refusal(401, {"error": message})
            # Another account's routes name it, so that its requests never come here.
            if request.params.get("account_id", str(self._account.id)) != str(self._account.id):
                raise not_found()
            return handler(request)

        return check


def tokens(administrator: str, bot: str) -> dict[str, User | AgentBot]:
    """Map the two tokens to whom they stand for."""
    return {administrator: ADMINISTRATOR, bot: BOT}


def not_found() -> RefusedError:
    """Refuse as Chatwoot does for ids it does not have."""
    return _refusal(404, {"error": "Resource could not be found"})


def unprocessable(message: str) -> RefusedError:
    """Refuse with 422 and a sentence."""
    return _refusal(422, {"error": message})


def _refusal(status: int, body: object) -> RefusedError:
    return RefusedError(json_response(body, status))
