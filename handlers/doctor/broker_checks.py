"""Pub/Sub: topics, and subscriptions set up so that nothing is given up or forgotten early."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.doctor.findings import Finding, ok, wrong
from handlers.ports.doctor import BrokerHealth, SubscriptionFacts

_DAY: Final = 86_400
_ACK_DEADLINE: Final = 600
_ATTEMPTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCheck:
    """Whether a topic is there that we publish to and somebody else reads."""

    health: BrokerHealth
    topic: str

    @property
    def about(self) -> str:
        """What it looks at."""
        return f"topic {self.topic}"

    def run(self) -> Sequence[Finding]:
        """Look for it."""
        if self.health.subscriptions(self.topic) is None:
            return [_no_topic(self.about, self.topic)]
        return [ok(self.about, "there")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionsCheck:
    """Whether a topic that our functions read is pushed to them as it must be."""

    health: BrokerHealth
    topic: str
    dead_letter_topic: str | None
    """None where the subscription never gives up, as the dead-letter topic's own."""
    days_kept: int

    @property
    def about(self) -> str:
        """What it looks at."""
        return f"subscription of {self.topic}"

    def run(self) -> Sequence[Finding]:
        """Look at each of its push subscriptions."""
        subscriptions = self.health.subscriptions(self.topic)
        if subscriptions is None:
            return [_no_topic(self.about, self.topic)]
        # Others may look on by pulling; only ours are pushed.
        pushed = [each for each in subscriptions if each.push_endpoint is not None]
        if not pushed:
            return [
                wrong(
                    self.about,
                    "none is pushed to a function",
                    f"gcloud pubsub subscriptions create NAME --topic={self.topic}"
                    " --push-endpoint=URL",
                )
            ]
        findings = [finding for each in pushed for finding in self._problems(each)]
        names = ", ".join(each.name for each in pushed)
        return findings or [ok(self.about, f"{names} is set up as it must be")]

    def _problems(self, facts: SubscriptionFacts) -> Iterator[Finding]:
        def mend(flags: str) -> str:
            return f"gcloud pubsub subscriptions update {facts.name} {flags}"

        def problem(said: str, flags: str) -> Finding:
            return wrong(self.about, f"{facts.name}: {said}", mend(flags))

        if facts.ack_deadline != _ACK_DEADLINE:
            yield problem(f"ack deadline {facts.ack_deadline} s, not 600 s", "--ack-deadline=600")
        yield from self._dead_letter_problems(facts, problem)
        if facts.retention < self.days_kept * _DAY:
            yield problem(
                f"keeps messages for {facts.retention / _DAY:g} d, not {self.days_kept} d",
                f"--message-retention-duration={self.days_kept}d",
            )
        if facts.expires:
            yield problem("disappears when it is idle", "--expiration-period=never")
        if facts.minimum_backoff is None:
            yield problem("redelivers at once", "--min-retry-delay=10s --max-retry-delay=600s")

    def _dead_letter_problems(
        self, facts: SubscriptionFacts, problem: Callable[[str, str], Finding]
    ) -> Iterator[Finding]:
        if self.dead_letter_topic is None:
            if facts.dead_letter_topic is not None:
                yield problem("gives messages up", "--clear-dead-letter-policy")
            return
        flags = f"--dead-letter-topic={self.dead_letter_topic} --max-delivery-attempts={_ATTEMPTS}"
        if facts.dead_letter_topic is None:
            yield problem("has no dead-letter topic", flags)
        elif facts.dead_letter_topic != self.dead_letter_topic:
            yield problem(f"its dead letters go to {facts.dead_letter_topic}", flags)
        elif facts.max_delivery_attempts != _ATTEMPTS:
            yield problem(
                f"gives up after {facts.max_delivery_attempts} attempts, not {_ATTEMPTS}", flags
            )


def _no_topic(about: str, topic: str) -> Finding:
    return wrong(about, "there is no such topic", f"gcloud pubsub topics create {topic}")
