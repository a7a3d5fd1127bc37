"""Reads conversations, messages and contacts back from Chatwoot's REST API."""

from http import HTTPStatus
from typing import Final

from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.domain.errors import (
    ChatwootRefusedError,
    InvalidPayloadError,
    RetryableError,
    RetryReason,
)
from handlers.domain.json_values import JsonObject, child, identifier, text, timestamp
from handlers.domain.messages import ConversationId
from handlers.domain.reconciliation import ConversationRef, ListedConversation, MessagePage

_CALL_SECONDS: Final = 20.0
# Comes without pages, however much it is.
_LIST_SECONDS: Final = 60.0
# Else only open ones, and only some people's.
_ALL: Final = {"status": "all", "assignee_type": "all"}


class ChatwootConversations:
    """One account or several, with an administrator's token."""

    def __init__(self, http: ChatwootHttp) -> None:
        self._http = http

    def updated_within(self, account_id: str, seconds: int) -> list[ListedConversation]:
        """Return every conversation updated within so many seconds, in one answer."""
        return self._conversations(account_id, {**_ALL, "updated_within": seconds}, _LIST_SECONDS)

    def page(self, account_id: str, number: int) -> list[ListedConversation]:
        """Return a page of all conversations, the latest activity first."""
        return self._conversations(account_id, {**_ALL, "page": number}, _CALL_SECONDS)

    def messages_after(
        self, account_id: str, conversation_id: ConversationId, after: int
    ) -> MessagePage | None:
        """Return the next messages with greater ids; None where the conversation is gone."""
        return self._messages(account_id, conversation_id, {"after": after})

    def messages_before(
        self, account_id: str, conversation_id: ConversationId, before: int | None
    ) -> MessagePage | None:
        """Return the newest messages with smaller ids, or the newest of all; None where gone."""
        params: dict[str, object] = {} if before is None else {"before": before}
        return self._messages(account_id, conversation_id, params)

    def source_id(self, account_id: str, contact_id: str, inbox_id: str | None) -> str | None:
        """Return by what id a contact is known in an inbox, if by any.

        Where a contact has several in one inbox REST does not say which is the conversation's; the
        first stands for the contact as well as any other.
        """
        if not _is_number(contact_id):
            return None
        answer = self._get(f"{_base(account_id)}/contacts/{contact_id}", {}, _CALL_SECONDS)
        if answer is None:
            return None
        for each in _objects(child(answer, "payload"), "contact_inboxes"):
            if identifier(child(each, "inbox"), "id") == inbox_id:
                return identifier(each, "source_id")
        return None

    def _conversations(
        self, account_id: str, params: dict[str, object], budget_seconds: float
    ) -> list[ListedConversation]:
        answer = self._get(f"{_base(account_id)}/conversations", params, budget_seconds)
        if answer is None:
            # The account itself is not there for this token, which a setting has to mend.
            raise RetryableError(RetryReason.CHATWOOT_FORBIDDEN)
        listed = [_read_listed(each) for each in _objects(child(answer, "data"), "payload")]
        return [each for each in listed if each is not None]

    def _messages(
        self, account_id: str, conversation_id: ConversationId, params: dict[str, object]
    ) -> MessagePage | None:
        path = f"{_base(account_id)}/conversations/{conversation_id}/messages"
        answer = self._get(path, params, _CALL_SECONDS)
        if answer is None:
            return None
        if not isinstance(answer.get("payload"), list):
            raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE)
        return MessagePage(
            messages=tuple(_objects(answer, "payload")),
            contact=child(child(answer, "meta"), "contact"),
        )

    def _get(
        self, path: str, params: dict[str, object], budget_seconds: float
    ) -> JsonObject | None:
        try:
            return self._http.get(path, params, budget_seconds=budget_seconds)
        except ChatwootRefusedError as error:
            if error.http_status == HTTPStatus.NOT_FOUND:
                return None
            raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE) from error


def _base(account_id: str) -> str:
    return f"/api/v1/accounts/{account_id}"


def _is_number(found: str) -> bool:
    # Whatever becomes part of a path.
    return found.isascii() and found.isdigit()


def _objects(value: JsonObject, key: str) -> list[JsonObject]:
    found = value.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _read_listed(document: JsonObject) -> ListedConversation | None:
    conversation_id = identifier(document, "id")
    meta = child(document, "meta")
    try:
        created_at = timestamp(document, "created_at")
        last_activity_at = timestamp(document, "last_activity_at")
        # Older versions of Chatwoot do not show it.
        updated_at = timestamp(document, "updated_at") or last_activity_at
    except InvalidPayloadError:
        return None
    if conversation_id is None or not _is_number(conversation_id) or updated_at is None:
        return None
    shown = [*_objects(document, "messages"), child(document, "last_non_activity_message")]
    ids = [identifier(message, "id") for message in shown]
    return ListedConversation(
        ref=ConversationRef(
            conversation_id=ConversationId(conversation_id),
            channel=text(meta, "channel"),
            inbox_id=identifier(document, "inbox_id"),
            contact_id=identifier(child(meta, "sender"), "id"),
        ),
        created_at=created_at,
        updated_at=updated_at,
        last_activity_at=last_activity_at or updated_at,
        newest_message_id=max((int(i) for i in ids if i and _is_number(i)), default=None),
    )
