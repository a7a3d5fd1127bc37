"""What a sweep has done so far, kept also where it ends half-way."""

from types import TracebackType
from typing import Final

from handlers.domain.errors import PipelineError


class InterruptedSweepError(PipelineError):
    """A sweep ended half-way: `cause` says why, `counts` what it had done until then."""

    def __init__(self, cause: Exception, counts: dict[str, int]) -> None:
        super().__init__("interrupted")
        self.cause: Final = cause
        self.counts: Final = counts


class Tally:
    """Counts from nought under fixed names; an error that leaves it takes the counts along."""

    def __init__(self, *names: str) -> None:
        self._counts = dict.fromkeys(names, 0)

    def __enter__(self) -> dict[str, int]:
        """Return the counts, to be added to."""
        return self._counts

    def __exit__(
        self,
        _: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let an error out together with the counts.

        Raises:
            InterruptedSweepError: the sweep raised something.
        """
        if isinstance(error, Exception):
            raise InterruptedSweepError(error, self._counts) from error
