"""A user of the whole stack who orders by WhatsApp."""

from uuid import uuid4

from local.chatwoot_people import Bubble, ChatwootPeople
from local.stack import Stack
from tests.system.waiting import query, until


class Person:
    """A user with a conversation."""

    def __init__(
        self, stack: Stack, people: ChatwootPeople, phone: str, *, wants_notices: bool
    ) -> None:
        self.stack, self.people = stack, people
        self.user_id = str(uuid4())
        self.ids = people.add_person("Rita", phone=phone)
        self.conversation_id = int(self.ids["conversation_id"])
        # As the mapper does it, and as the user does in the app.
        query(
            stack,
            "insert into whatsapp.contacts (installation, account_id, contact_id, user_id)"
            " values ('main', %s, %s, %s)",
            str(self.ids["account_id"]),
            str(self.ids["contact_id"]),
            self.user_id,
        )
        query(
            stack,
            "insert into public.whatsapp_preferences (user_id, notify_on_ready) values (%s, %s)"
            " on conflict (user_id) do update set notify_on_ready = excluded.notify_on_ready",
            self.user_id,
            wants_notices,
        )

    def write(self, words: str) -> str:
        return self.people.write(self.conversation_id, content=words)[0].message_id

    def said_to(self) -> list[Bubble]:
        return [each for each in self.people.phone(self.conversation_id) if each.is_ours]

    def wait_for(self, count: int) -> Bubble:
        """Wait until so many of our messages are on the phone; return the last."""
        until(lambda: len(self.said_to()) >= count)
        return self.said_to()[-1]

    def order(self, message_id: str) -> str:
        """Wait until an order is placed and return its id."""
        statement = "select order_id from whatsapp.orders where message_id = %s"

        def look() -> str | None:
            rows = query(self.stack, statement, message_id)
            return str(rows[0][0]) if rows and rows[0][0] else None

        return until(look)
