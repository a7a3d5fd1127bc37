"""What Chatwoot makes of an outgoing text on its way to WhatsApp: Liquid first, then Markdown.

As far as it is documented: variables of the conversation are filled in and unknown ones vanish, a
text that Liquid cannot read stays as it is, code between backticks is left alone; of CommonMark,
strong becomes *x*, emphasis _x_, a link its address, a list's items begin with dashes, headings and
HTML lose their marks, and what is indented by four spaces becomes code.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from local.chatwoot.records import Account, AgentBot, Conversation, Message, User

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LIQUID = re.compile(r"\{\{(?P<variable>.*?)\}\}|\{%(?P<tag>.*?)%\}", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark").enable("strikethrough")
# The numbers of a list are not kept.
_BEGINNINGS = {"list_item_open": "- ", "blockquote_open": "> "}
_MARKS = {
    "strong_open": "*",
    "strong_close": "*",
    "em_open": "_",
    "em_close": "_",
    "s_open": "~",
    "s_close": "~",
    "softbreak": "\n",
    "hardbreak": "\n",
}


def rendered(message: Message, conversation: Conversation, account: Account) -> str:
    """Return a message's text as WhatsApp is given it."""
    return _whatsapp(_filled(message.content or "", message, conversation, account))


def _filled(text: str, message: Message, conversation: Conversation, account: Account) -> str:
    kept = [(found.start(), found.end()) for found in _CODE.finditer(text)]
    bare = _CODE.sub("", text)
    if re.search(r"\{\{|\{%", _LIQUID.sub("", bare)):
        # Not closed: Liquid's error leaves the text alone.
        return text
    values = _values(message, conversation, account)

    def fill(found: re.Match[str]) -> str:
        if any(start <= found.start() < end for start, end in kept):
            return found[0]
        name = (found["variable"] or "").partition("|")[0].strip()
        return values.get(name, "")

    return _LIQUID.sub(fill, text)


def _values(message: Message, conversation: Conversation, account: Account) -> dict[str, str]:
    contact, sender = conversation.contact, message.sender
    agent = sender.name if isinstance(sender, User | AgentBot) else ""
    return {
        "contact.id": str(contact.id),
        "contact.name": contact.name,
        "contact.first_name": contact.name.partition(" ")[0],
        "contact.last_name": contact.name.rpartition(" ")[2],
        "contact.email": contact.email or "",
        "contact.phone_number": contact.phone_number or "",
        "conversation.display_id": str(conversation.id),
        "inbox.name": conversation.inbox.name,
        "account.name": account.name,
        "agent.name": agent,
    }


def _whatsapp(text: str) -> str:
    return _Blocks(_MARKDOWN.parse(text)).text().strip("\n")


class _Blocks:
    """Writes the blocks of a document one after the other."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._depth = 0
        self._written: list[str] = []

    def text(self) -> str:
        for token in self._tokens:
            self._write(token)
        return "".join(self._written)

    def _write(self, token: Token) -> None:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            self._depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self._depth -= 1
            self._written.append("" if self._depth else "\n")
        else:
            self._written.append(_block(token))


def _block(token: Token) -> str:
    match token.type:
        case "inline":
            return _inline(token.children or [])
        case "paragraph_close" | "heading_close":
            # Hidden ones belong to a list whose items follow each other closely.
            return "\n" if token.hidden else "\n\n"
        case "code_block" | "fence":
            return token.content + "\n"
        case "html_block":
            return _without_tags(token.content) + "\n"
        case _:
            return _BEGINNINGS.get(token.type, "")


def _inline(tokens: Sequence[Token]) -> str:
    written: list[str] = []
    links: list[tuple[int, str]] = []
    for token in tokens:
        match token.type:
            case "text":
                written.append(token.content)
            case "code_inline":
                written.append(f"`{token.content}`")
            case "link_open":
                links.append((len(written), str(token.attrGet("href") or "")))
            case "link_close":
                begin, address = links.pop()
                written[begin:] = [address]
            case "image":
                written.append(str(token.attrGet("src") or ""))
            case "html_inline":
                pass
            case _:
                written.append(_MARKS.get(token.type, ""))
    return "".join(written)


def _without_tags(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html).strip("\n")
