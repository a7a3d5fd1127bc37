"""What a resource may be called, as Google documents it for topics and subscriptions."""

import re

from local.pubsub.api_error import invalid

DELETED_TOPIC = "_deleted-topic_"

_PROJECT = re.compile(r"projects/[^/]+")
# https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
_RESOURCE_ID = re.compile(r"(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}")


def check_topic_name(name: str) -> None:
    """Raise ApiError unless the name is projects/{project}/topics/{id}."""
    _check(name, "topics")


def check_subscription_name(name: str) -> None:
    """Raise ApiError unless the name is projects/{project}/subscriptions/{id}."""
    _check(name, "subscriptions")


def check_project_name(name: str) -> None:
    """Raise ApiError unless the name is projects/{project}."""
    if not _PROJECT.fullmatch(name):
        raise invalid(f"Invalid [projects] name: (name={name})")


def project_and_id(name: str) -> tuple[str, str]:
    """Return the project and the last part of a checked name."""
    _, project, _, resource_id = name.split("/")
    return project, resource_id


def _check(name: str, collection: str) -> None:
    parent, separator, resource_id = name.partition(f"/{collection}/")
    if not (separator and _PROJECT.fullmatch(parent) and _RESOURCE_ID.fullmatch(resource_id)):
        raise invalid(f"Invalid [{collection}] name: (name={name})")
