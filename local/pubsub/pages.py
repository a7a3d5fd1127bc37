"""List answers cut into pages; the token is the last name of the page before."""

from bisect import bisect_right
from collections.abc import Iterable

from local.pubsub.api_error import invalid

_DEFAULT_PAGE_SIZE = 100
_MAX_PAGE_SIZE = 1_000


def page_of(names: Iterable[str], *, page_size: int, page_token: str) -> tuple[list[str], str]:
    """Return the page's names and the token of the next page, empty after the last."""
    if page_size < 0:
        raise invalid(f"Invalid page size given: {page_size}")
    size = min(page_size or _DEFAULT_PAGE_SIZE, _MAX_PAGE_SIZE)
    ordered = sorted(names)
    start = bisect_right(ordered, page_token)
    page = ordered[start : start + size]
    has_more = start + size < len(ordered)
    return page, page[-1] if has_more else ""
