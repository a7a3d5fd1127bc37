"""The if-generation and if-metageneration conditions of every request."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from local.gcs.errors import StorageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preconditions:
    """None where the request sets no condition."""

    generation_match: int | None = None
    generation_not_match: int | None = None
    metageneration_match: int | None = None
    metageneration_not_match: int | None = None

    @classmethod
    def read(cls, number: Callable[[str], int | None], *, prefix: str = "if") -> "Preconditions":
        """Take the conditions from named integers; `ifSource` names those on a copy's source."""
        return cls(
            generation_match=number(prefix + "GenerationMatch"),
            generation_not_match=number(prefix + "GenerationNotMatch"),
            metageneration_match=number(prefix + "MetagenerationMatch"),
            metageneration_not_match=number(prefix + "MetagenerationNotMatch"),
        )

    def as_dict(self) -> dict[str, int | None]:
        """Return the conditions in a form that `Preconditions(**…)` takes back."""
        return asdict(self)

    def check(self, generation: int, metageneration: int) -> None:
        """Refuse unless every condition holds; 0 stands for an object that does not exist."""
        if self.generation_not_match is not None and self.generation_not_match == generation:
            raise StorageError(status=304)
        if (
            self.metageneration_not_match is not None
            and self.metageneration_not_match == metageneration
        ):
            raise StorageError(status=304)
        if self.generation_match is not None and self.generation_match != generation:
            raise StorageError(status=412)
        if self.metageneration_match is not None and self.metageneration_match != metageneration:
            raise StorageError(status=412)
