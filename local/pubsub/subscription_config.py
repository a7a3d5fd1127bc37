"""A subscription's configuration: what may be set, what Google fills in, what it means."""

from urllib.parse import urlsplit

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.pubsub_v1 import types

from local.pubsub.api_error import invalid, unimplemented
from local.pubsub.delivery_rules import (
    AT_ONCE,
    PUSH_BACKOFF,
    DeadLetters,
    DeliveryRules,
    RetryDelays,
)
from local.pubsub.field_masks import merge_masked
from local.pubsub.resource_names import check_subscription_name, check_topic_name

MAX_ACK_DEADLINE_SECONDS = 600

_SUBSCRIPTION = types.Subscription.pb()
_ACTIVE = int(types.Subscription.State.ACTIVE)
_DAY = 24 * 60 * 60
_DEFAULT_ACK_DEADLINE_SECONDS = 10
_DEFAULT_RETENTION_SECONDS = 7 * _DAY
_RETENTION_SECONDS = range(10 * 60, 31 * _DAY + 1)
_DEFAULT_EXPIRATION_SECONDS = 31 * _DAY
_DEFAULT_BACKOFF_SECONDS = (10.0, 600.0)
_MAX_BACKOFF_SECONDS = 600.0
_DEFAULT_DELIVERY_ATTEMPTS = 5
_DELIVERY_ATTEMPTS = range(5, 101)
_UPDATABLE = frozenset(
    {
        "ack_deadline_seconds",
        "dead_letter_policy",
        "expiration_policy",
        "labels",
        "message_retention_duration",
        "push_config",
        "retain_acked_messages",
        "retry_policy",
    }
)
_UNIMPLEMENTED = (
    "bigquery_config",
    "bigtable_config",
    "cloud_storage_config",
    "enable_exactly_once_delivery",
    "filter",
    "message_transforms",
)


def new_subscription(request: Message, *, min_ack_deadline: int) -> Message:
    """Return what CreateSubscription makes of the request; raise ApiError if it may not be."""
    config = _SUBSCRIPTION()
    config.CopyFrom(request)
    check_subscription_name(config.name)
    check_topic_name(config.topic)
    return _completed(config, min_ack_deadline=min_ack_deadline)


def updated_subscription(current: Message, request: Message, *, min_ack_deadline: int) -> Message:
    """Return the configuration after UpdateSubscription; raise ApiError if it may not be."""
    mask: FieldMask = request.update_mask
    config = merge_masked(current, request.subscription, mask, updatable=_UPDATABLE)
    return _completed(config, min_ack_deadline=min_ack_deadline)


def with_push_config(current: Message, push_config: Message, *, min_ack_deadline: int) -> Message:
    """Return the configuration after ModifyPushConfig; an empty one turns pushing off."""
    config = _SUBSCRIPTION()
    config.CopyFrom(current)
    config.push_config.CopyFrom(push_config)
    return _completed(config, min_ack_deadline=min_ack_deadline)


def delivery_rules(config: Message) -> DeliveryRules:
    """Read a complete configuration into what the backlog acts on."""
    retry_delays = PUSH_BACKOFF if config.push_config.push_endpoint else AT_ONCE
    if config.HasField("retry_policy"):
        retry_delays = RetryDelays(
            minimum=_seconds(config.retry_policy.minimum_backoff),
            maximum=_seconds(config.retry_policy.maximum_backoff),
        )
    dead_letters = None
    if config.HasField("dead_letter_policy"):
        dead_letters = DeadLetters(
            topic=config.dead_letter_policy.dead_letter_topic,
            max_delivery_attempts=config.dead_letter_policy.max_delivery_attempts,
        )
    return DeliveryRules(
        ack_deadline_seconds=config.ack_deadline_seconds,
        is_ordered=config.enable_message_ordering,
        retry_delays=retry_delays,
        dead_letters=dead_letters,
    )


def _completed(config: Message, *, min_ack_deadline: int) -> Message:
    set_fields = {field.name for field, _ in config.ListFields()}
    for field in _UNIMPLEMENTED:
        if field in set_fields:
            raise unimplemented(f"Subscription.{field}")
    config.state = _ACTIVE
    _complete_ack_deadline(config, min_ack_deadline)
    _complete_times(config)
    _complete_retry_policy(config)
    _complete_dead_letter_policy(config)
    _check_push_config(config.push_config)
    return config


def _complete_ack_deadline(config: Message, minimum: int) -> None:
    seconds = config.ack_deadline_seconds or _DEFAULT_ACK_DEADLINE_SECONDS
    if not minimum <= seconds <= MAX_ACK_DEADLINE_SECONDS:
        raise invalid(
            f"Invalid ack deadline given: {seconds} is not between"
            f" {minimum} and {MAX_ACK_DEADLINE_SECONDS} seconds."
        )
    config.ack_deadline_seconds = seconds


def _complete_times(config: Message) -> None:
    if not config.HasField("message_retention_duration"):
        config.message_retention_duration.seconds = _DEFAULT_RETENTION_SECONDS
    retention = config.message_retention_duration.seconds
    if retention not in _RETENTION_SECONDS:
        raise invalid(f"message_retention_duration of {retention} seconds is out of range.")
    if not config.HasField("expiration_policy"):
        config.expiration_policy.ttl.seconds = _DEFAULT_EXPIRATION_SECONDS
    elif config.expiration_policy.HasField("ttl") and config.expiration_policy.ttl.seconds < _DAY:
        raise invalid("expiration_policy.ttl must be at least one day.")


def _complete_retry_policy(config: Message) -> None:
    if not config.HasField("retry_policy"):
        return
    policy = config.retry_policy
    for field, default in zip(
        ("minimum_backoff", "maximum_backoff"), _DEFAULT_BACKOFF_SECONDS, strict=True
    ):
        if not policy.HasField(field):
            getattr(policy, field).seconds = int(default)
        if not 0 <= _seconds(getattr(policy, field)) <= _MAX_BACKOFF_SECONDS:
            raise invalid(f"retry_policy.{field} must be between 0 and 600 seconds.")
    if _seconds(policy.minimum_backoff) > _seconds(policy.maximum_backoff):
        raise invalid("retry_policy.minimum_backoff must not exceed maximum_backoff.")


def _complete_dead_letter_policy(config: Message) -> None:
    if not config.HasField("dead_letter_policy"):
        return
    policy = config.dead_letter_policy
    check_topic_name(policy.dead_letter_topic)
    attempts = policy.max_delivery_attempts or _DEFAULT_DELIVERY_ATTEMPTS
    if attempts not in _DELIVERY_ATTEMPTS:
        raise invalid(f"max_delivery_attempts must be between 5 and 100, not {attempts}.")
    policy.max_delivery_attempts = attempts


def _check_push_config(push_config: Message) -> None:
    endpoint = push_config.push_endpoint
    if not endpoint:
        return
    if not _is_web_address(endpoint):
        raise invalid(f"Invalid push endpoint given (endpoint={endpoint}).")
    if push_config.HasField("oidc_token") and not push_config.oidc_token.service_account_email:
        raise invalid("push_config.oidc_token.service_account_email is required.")


def _is_web_address(endpoint: str) -> bool:
    try:
        target = urlsplit(endpoint)
        # Whatever the two raise on would end every push of the subscription.
        hostname, _ = (target.hostname or "").encode("idna"), target.port
    except ValueError:
        return False
    # Google takes https only; a local worker has no certificate.
    return (
        target.scheme in {"http", "https"}
        and bool(hostname)
        and endpoint.isprintable()
        and (" " not in endpoint)
    )


def _seconds(duration: Message) -> float:
    return float(duration.seconds + duration.nanos / 1e9)
