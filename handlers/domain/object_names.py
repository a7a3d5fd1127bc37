"""Names of objects in a person's bucket; no sender's text reaches one unescaped."""

import hashlib
import re
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import quote

from handlers.domain.messages import AttachmentId, AttachmentKind, ConversationId, MessageId

_MAX_PART_CHARACTERS: Final = 256
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}", re.ASCII)


def message_day(created_at: datetime | None, published_at: datetime) -> date:
    """Return the message's own day in UTC, or the publish day where it carries no time."""
    return (created_at or published_at).astimezone(UTC).date()


def message_object_name(day: date, conversation: ConversationId, message: MessageId) -> str:
    """Return where a message's JSON is kept."""
    return f"whatsapp-messages/{day.isoformat()}/{_part(conversation)}/{_part(message)}.json"


def pinned_day(message_object: str) -> date:
    """Return the day in a message's object name, which the first claim fixed for its media too."""
    return date.fromisoformat(message_object.split("/")[1])


def media_object_name(  # noqa: PLR0913 - a name has as many parts as it has
    *,
    day: date,
    conversation: ConversationId,
    message: MessageId,
    attachment: AttachmentId,
    kind: AttachmentKind,
    extension: str,
) -> str:
    """Return where an attachment's bytes are kept; `extension` is the sniffed one.

    Raises:
        ValueError: the extension is not of 1 to 8 small letters or digits.
    """
    if not _EXTENSION.fullmatch(extension):
        raise ValueError(extension)
    folder = "whatsapp-audio" if kind is AttachmentKind.AUDIO else "whatsapp-media"
    file_name = f"{_part(message)}_{_part(attachment)}.{extension}"
    return f"{folder}/{day.isoformat()}/{_part(conversation)}/{file_name}"


def _part(identifier: str) -> str:
    # Percent-encoding is one-to-one, so two ids never meet under one name. An underscore inside an
    # id is encoded too, since it divides message from attachment, and a tilde, since it begins what
    # stands for an id that Cloud Storage's 1,024 bytes would not hold.
    encoded = quote(identifier, safe="")
    for character in "._~":
        encoded = encoded.replace(character, f"%{ord(character):02X}")
    if len(encoded) <= _MAX_PART_CHARACTERS:
        return encoded
    return "~" + hashlib.sha256(identifier.encode("utf-8")).hexdigest()
