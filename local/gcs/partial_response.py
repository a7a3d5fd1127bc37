"""The `fields` parameter: an answer holds only what was asked for, as at Google."""

from local.gcs.errors import invalid

_Tree = dict[str, "_Tree"]


def select_fields(value: object, fields: str) -> object:
    """Reduce a JSON value to a selection such as `items(name,size),nextPageToken`."""
    tree, rest = _parse(fields)
    if rest:
        raise invalid(f"Invalid field selection {fields}")
    return _select(value, tree)


def _parse(text: str) -> tuple[_Tree, str]:
    tree: _Tree = {}
    while text:
        length = next((i for i, letter in enumerate(text) if letter in ",()/"), len(text))
        name, text = text[:length].strip(), text[length:]
        if not name:
            raise invalid("Invalid field selection")
        branch = tree.setdefault(name, {})
        while text.startswith("/"):
            length = next(
                (i for i, letter in enumerate(text[1:], 1) if letter in ",()/"), len(text)
            )
            branch = branch.setdefault(text[1:length].strip(), {})
            text = text[length:]
        if text.startswith("("):
            inner, text = _parse(text[1:])
            branch.update(inner)
            if not text.startswith(")"):
                raise invalid("Invalid field selection")
            text = text[1:]
        if not text.startswith(","):
            break
        text = text[1:]
    return tree, text


def _select(value: object, tree: _Tree) -> object:
    if not tree:
        return value
    if isinstance(value, list):
        return [_select(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    if "*" in tree:
        return {key: _select(item, tree.get(key, tree["*"])) for key, item in value.items()}
    return {key: _select(item, tree[key]) for key, item in value.items() if key in tree}
