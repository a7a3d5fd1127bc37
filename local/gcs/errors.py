"""Refusals in the words and the JSON shape that Google's clients expect."""

from dataclasses import dataclass, field

# https://cloud.google.com/storage/docs/json_api/v1/status-codes
_REASONS = {
    304: ("notModified", "Not Modified"),
    400: ("invalid", "Invalid argument."),
    401: ("authError", "Invalid Credentials"),
    403: ("forbidden", "Forbidden"),
    404: ("notFound", "Not Found"),
    408: ("requestTimeout", "Request Timeout"),
    409: ("conflict", "Conflict"),
    412: ("conditionNotMet", "At least one of the pre-conditions you specified did not hold."),
    413: ("uploadTooLarge", "Request Entity Too Large"),
    416: ("requestedRangeNotSatisfiable", "Request range not satisfiable"),
    429: ("rateLimitExceeded", "The rate of requests exceeds the allowed limit."),
    500: ("internalError", "We encountered an internal error. Please try again."),
    501: ("notImplemented", "This server does not implement the request."),
    502: ("badGateway", "Bad Gateway"),
    503: ("backendError", "We encountered an internal error. Please try again."),
    504: ("gatewayTimeout", "Gateway Timeout"),
}
_DOMAINS = {429: "usageLimits"}
# Preconditions travel as query parameters and are reported under the header they correspond to.
_LOCATIONS = {401: ("header", "Authorization"), 412: ("header", "If-Match")}


@dataclass(kw_only=True)
class StorageError(Exception):
    """A request is answered with this status instead of a result."""

    status: int
    message: str = ""
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    plain_text: bool = False

    def __post_init__(self) -> None:
        """Fill in Google's usual words for the status."""
        usual_reason, usual_message = _REASONS.get(self.status, ("invalid", "Request failed."))
        self.reason = self.reason or usual_reason
        self.message = self.message or usual_message
        super().__init__(self.message)

    def as_json(self) -> dict[str, object]:
        """Return the body that Google sends with this status."""
        detail = {
            "message": self.message,
            "domain": _DOMAINS.get(self.status, "global"),
            "reason": self.reason,
        }
        if self.status in _LOCATIONS:
            detail["locationType"], detail["location"] = _LOCATIONS[self.status]
        return {"error": {"code": self.status, "message": self.message, "errors": [detail]}}


def invalid(message: str) -> StorageError:
    """Return the 400 for an argument that can never be accepted."""
    return StorageError(status=400, message=message)


def required(parameter: str) -> StorageError:
    """Return the 400 for a parameter that is missing."""
    return StorageError(status=400, message=f"Required parameter: {parameter}", reason="required")
