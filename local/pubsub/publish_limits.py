"""What Google refuses to publish; the official emulator lets most of it pass."""

from google.protobuf.message import Message

from local.pubsub.api_error import ApiError, invalid

# https://cloud.google.com/pubsub/quotas#resource_limits
MAX_REQUEST_BYTES = 10_000_000
MAX_MESSAGE_BYTES = 10_000_000
MAX_MESSAGES = 1_000
MAX_ATTRIBUTES = 100
MAX_ATTRIBUTE_KEY_BYTES = 256
MAX_ATTRIBUTE_VALUE_BYTES = 1_024
MAX_ORDERING_KEY_BYTES = 1_024


def check_publish_request(request: Message) -> None:
    """Raise ApiError unless every message of the request may be published."""
    messages = request.messages
    if not messages:
        raise invalid("The publish request contains no messages.")
    if len(messages) > MAX_MESSAGES:
        raise invalid(f"The value for message_count is {len(messages)}, over {MAX_MESSAGES}.")
    if request.ByteSize() > MAX_REQUEST_BYTES:
        raise invalid(
            f"Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes"
            f" (a message may have {MAX_MESSAGE_BYTES})."
        )
    if len({message.ordering_key for message in messages}) > 1:
        raise invalid(
            "In a single publish request, all messages must have no ordering key"
            " or they must all have the same ordering key."
        )
    for message in messages:
        _check_message(message)


def _check_message(message: Message) -> None:
    attributes = message.attributes
    if not message.data and not attributes:
        raise invalid("A message must contain either non-empty data or at least one attribute.")
    if len(attributes) > MAX_ATTRIBUTES:
        raise invalid(f"A message has {len(attributes)} attributes, over {MAX_ATTRIBUTES}.")
    if len(message.ordering_key.encode()) > MAX_ORDERING_KEY_BYTES:
        raise _too_long("ordering key", MAX_ORDERING_KEY_BYTES)
    for key, value in attributes.items():
        if len(key.encode()) > MAX_ATTRIBUTE_KEY_BYTES:
            raise _too_long("attribute key", MAX_ATTRIBUTE_KEY_BYTES)
        if len(value.encode()) > MAX_ATTRIBUTE_VALUE_BYTES:
            raise _too_long("attribute value", MAX_ATTRIBUTE_VALUE_BYTES)


def _too_long(part: str, limit: int) -> ApiError:
    return invalid(f"A message has an {part} that is too long: at most {limit} bytes are allowed.")
