"""Prints conversations as the phone shows them: ours on the left, the person's on the right."""

import sys
import textwrap

from local.chatwoot_people import Bubble
from local.order_scenes import Scene
from local.text_width import shown_width

_WIDTH = 64
_BUBBLE = 44
_MARKS = {"audio": "▶ voice note"}


def print_scenes(scenes: list[Scene]) -> None:
    """Print a phone for each scene, and its order below."""
    for scene in scenes:
        title = f" {scene.title} "
        sys.stdout.write(f"\n┌{title}{'─' * (_WIDTH - shown_width(title))}┐\n")
        for bubble in scene.bubbles:
            for line in _lines(bubble):
                padding = " " * (_WIDTH - 2 - shown_width(line))
                shown = line + padding if bubble.is_ours else padding + line
                sys.stdout.write(f"│ {shown} │\n")
        sys.stdout.write(f"└{'─' * _WIDTH}┘\n")
        sys.stdout.write(f"  order: {scene.order}\n")
        if scene.problem:
            sys.stdout.write(f"  !! {scene.problem}\n")


def _lines(bubble: Bubble) -> list[str]:
    text = [
        line
        for paragraph in bubble.text.splitlines()
        for line in textwrap.wrap(paragraph, _BUBBLE) or [""]
    ]
    said = [_MARKS.get(kind, kind) for kind in bubble.attachments] + text
    options = [f"  [ {title} ]" for title in bubble.options]
    return [*said, *options]
