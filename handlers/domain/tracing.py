"""Trace context in the two formats that reach us: W3C's and Google Cloud's own."""

import re
from dataclasses import dataclass
from typing import Final

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)
_CLOUD_TRACE: Final = re.compile(r"([0-9a-f]{32})/([0-9]{1,20})(?:;o=([0-9]))?", re.ASCII)
_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One place in one trace."""

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    is_sampled: bool = False

    @property
    def traceparent(self) -> str:
        """Return the W3C header value."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.is_sampled else '00'}"


def read_trace(traceparent: str | None, cloud_trace_context: str | None = None) -> Trace | None:
    """Return the caller's trace, or None where neither header holds one."""
    if match := _TRACEPARENT.fullmatch((traceparent or "").strip()):
        trace_id, span_id, flags = match.groups()
        if trace_id != _NO_TRACE and span_id != _NO_SPAN:
            return Trace(
                trace_id=trace_id, span_id=span_id, is_sampled=bool(int(flags, base=16) & 1)
            )
    if match := _CLOUD_TRACE.fullmatch((cloud_trace_context or "").strip().lower()):
        trace_id, span, option = match.groups()
        if trace_id != _NO_TRACE:
            return Trace(
                trace_id=trace_id,
                span_id=f"{int(span) & 0xFFFF_FFFF_FFFF_FFFF:016x}",
                is_sampled=option == "1",
            )
    return None
