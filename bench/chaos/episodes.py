"""What is broken, one after the other, and how it is mended."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import requests

from local.stack import Stack

_TIMEOUT_SECONDS: Final = 10
_UNTIL_CLEARED: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One thing that goes wrong for a while."""

    title: str
    seconds: float
    begin: Callable[[Stack], None]
    end: Callable[[Stack], None]


def episodes(seconds: float) -> Sequence[Episode]:
    """Return everything that is to go wrong, each for so many seconds."""

    def lasting(
        title: str, begin: Callable[[Stack], None], end: Callable[[Stack], None]
    ) -> Episode:
        return Episode(title=title, seconds=seconds, begin=begin, end=end)

    return (
        lasting("worker killed with -9", _kill("process_message"), _start("process_message")),
        lasting("Postgres killed with -9", _crash_postgres, _start_postgres),
        lasting("broker refuses (UNAVAILABLE)", _refuse_publishing, _mend_broker),
        lasting("store answers 503", _storage_fault(status=503), _mend_storage),
        lasting("store cuts connections", _storage_fault(reset_connection=True), _mend_storage),
        lasting("store's answers are lost", _storage_fault(status=503, after=True), _mend_storage),
        lasting("bucket creation throttled (429)", _throttle_buckets, _mend_storage),
        lasting("speech service throttled (429)", _throttle_speech, _mend_speech),
        lasting("Chatwoot's media answer 503", _break_media, _mend_chatwoot),
        lasting("maintenance killed with -9", _kill("run_maintenance"), _start("run_maintenance")),
        Episode(
            title="worker killed with -9, four times",
            seconds=seconds,
            begin=_kill_again_and_again,
            end=_nothing,
        ),
        lasting("webhook killed with -9", _kill("chatwoot_webhook"), _start("chatwoot_webhook")),
        lasting("Postgres restarted", _restart_postgres, _nothing),
        lasting("broker and store refuse", _break_broker_and_storage, _mend_broker_and_storage),
    )


def _kill(name: str) -> Callable[[Stack], None]:
    def kill(stack: Stack) -> None:
        stack.functions[name].kill()

    return kill


def _start(name: str) -> Callable[[Stack], None]:
    def start(stack: Stack) -> None:
        stack.start_function(name)

    return start


def _kill_again_and_again(stack: Stack) -> None:
    for _ in range(4):
        stack.functions["process_message"].kill()
        stack.start_function("process_message")
        time.sleep(1)


def _nothing(_: Stack) -> None:
    """Leave it: the episode mended itself."""


def _crash_postgres(stack: Stack) -> None:
    stack.postgres.crash()


def _start_postgres(stack: Stack) -> None:
    stack.postgres.start()


def _restart_postgres(stack: Stack) -> None:
    stack.postgres.restart()


def _refuse_publishing(stack: Stack) -> None:
    order = {"method": "Publish", "code": "UNAVAILABLE", "times": _UNTIL_CLEARED}
    _post(f"{stack.pubsub_control_url}/faults", order)


def _mend_broker(stack: Stack) -> None:
    _delete(f"{stack.pubsub_control_url}/faults")


def _storage_fault(**how: object) -> Callable[[Stack], None]:
    def begin(stack: Stack) -> None:
        # Every way into a bucket; reading stays possible, as it mostly does at Google.
        order = {"match": "POST", "times": _UNTIL_CLEARED, **how}
        _post(f"{stack.gcs_url}/_control/faults", order)

    return begin


def _throttle_buckets(stack: Stack) -> None:
    order = {"match": "POST /storage/v1/b?", "status": 429, "times": _UNTIL_CLEARED}
    _post(f"{stack.gcs_url}/_control/faults", order)


def _mend_storage(stack: Stack) -> None:
    _delete(f"{stack.gcs_url}/_control/faults")


def _throttle_speech(stack: Stack) -> None:
    order = {"match": "POST /v1/audio", "status": 429, "times": _UNTIL_CLEARED, "retry_after": 1}
    _post(f"{stack.speech_url}/_control/faults", order)


def _mend_speech(stack: Stack) -> None:
    _delete(f"{stack.speech_url}/_control/faults")


def _break_media(stack: Stack) -> None:
    order = {"match": "GET /rails/active_storage", "status": 503, "times": _UNTIL_CLEARED}
    _post(f"{stack.chatwoot_url}/_control/faults", order)


def _mend_chatwoot(stack: Stack) -> None:
    _delete(f"{stack.chatwoot_url}/_control/faults")


def _break_broker_and_storage(stack: Stack) -> None:
    _refuse_publishing(stack)
    _storage_fault(status=503)(stack)


def _mend_broker_and_storage(stack: Stack) -> None:
    _mend_broker(stack)
    _mend_storage(stack)


def _post(url: str, order: dict[str, Any]) -> None:
    requests.post(url, json=order, timeout=_TIMEOUT_SECONDS).raise_for_status()


def _delete(url: str) -> None:
    requests.delete(url, timeout=_TIMEOUT_SECONDS).raise_for_status()
