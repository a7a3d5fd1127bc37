"""What OpenAI's refusals say beside their status."""

import openai


def retry_after(error: openai.APIStatusError) -> float | None:
    """Return the seconds that the service asks us to wait, where it does."""
    written = error.response.headers.get("Retry-After", "")
    # Seconds are what this API sends; a date would say the same less exactly.
    return float(written) if written.isascii() and written.isdigit() else None
