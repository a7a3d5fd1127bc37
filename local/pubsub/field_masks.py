"""How an Update request changes a resource: the masked fields only, and only some may be."""

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from local.pubsub.api_error import invalid


def merge_masked(
    current: Message, wanted: Message, mask: FieldMask, *, updatable: frozenset[str]
) -> Message:
    """Return a copy of current with the masked fields of wanted; raise ApiError on others."""
    paths = list(mask.paths)
    if not paths:
        raise invalid("The update_mask in the request is empty.")
    for path in paths:
        if path.partition(".")[0] not in updatable:
            raise invalid(f"The update_mask names {path}, which cannot be updated.")
    merged = type(current)()
    merged.CopyFrom(current)
    try:
        mask.MergeMessage(wanted, merged, replace_message_field=True, replace_repeated_field=True)
    except ValueError as error:
        raise invalid(f"The update_mask is invalid: {error}") from error
    return merged
