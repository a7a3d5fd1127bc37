"""A topic's configuration: what may be set and what Google fills in."""

from google.protobuf.message import Message
from google.pubsub_v1 import types

from local.pubsub.api_error import invalid, unimplemented
from local.pubsub.field_masks import merge_masked
from local.pubsub.resource_names import check_topic_name

_TOPIC = types.Topic.pb()
_ACTIVE = int(types.Topic.State.ACTIVE)
_RETENTION_SECONDS = range(10 * 60, 31 * 24 * 60 * 60 + 1)
_UPDATABLE = frozenset({"labels", "message_retention_duration", "message_storage_policy"})
_UNIMPLEMENTED = (
    "ingestion_data_source_settings",
    "kms_key_name",
    "message_transforms",
    "schema_settings",
)


def new_topic(request: Message) -> Message:
    """Return what CreateTopic makes of the request; raise ApiError if it may not be."""
    config = _TOPIC()
    config.CopyFrom(request)
    check_topic_name(config.name)
    return _completed(config)


def updated_topic(current: Message, request: Message) -> Message:
    """Return the configuration after UpdateTopic; raise ApiError if it may not be."""
    return _completed(
        merge_masked(current, request.topic, request.update_mask, updatable=_UPDATABLE)
    )


def _completed(config: Message) -> Message:
    set_fields = {field.name for field, _ in config.ListFields()}
    for field in _UNIMPLEMENTED:
        if field in set_fields:
            raise unimplemented(f"Topic.{field}")
    if config.HasField("message_retention_duration"):
        seconds = config.message_retention_duration.seconds
        if seconds not in _RETENTION_SECONDS:
            raise invalid(f"message_retention_duration of {seconds} seconds is out of range.")
    config.state = _ACTIVE
    return config
