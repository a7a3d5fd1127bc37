from collections.abc import Iterator

import pytest
from google.api_core import exceptions
from google.cloud.storage import Client

from tests.local.gcs_server import GcsServer, gcs_client, running_gcs


@pytest.fixture(scope="module")
def server() -> Iterator[GcsServer]:
    with running_gcs("--project-number", "424242424242") as running:
        yield running


@pytest.fixture
def client(server: GcsServer) -> Iterator[Client]:
    with gcs_client(server) as built:
        yield built


def test_an_iam_policy_is_kept_until_it_changes_meanwhile(client: Client) -> None:
    bucket = client.create_bucket("iam-bucket")
    policy = bucket.get_iam_policy(requested_policy_version=3)
    policy.bindings.append(
        {"role": "roles/storage.objectViewer", "members": {"user:a@example.com"}}
    )
    bucket.set_iam_policy(policy)

    roles = [binding["role"] for binding in bucket.get_iam_policy().bindings]
    assert "roles/storage.objectViewer" in roles
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.set_iam_policy(policy)


def test_an_enforced_bucket_takes_no_public_member(client: Client) -> None:
    bucket = client.bucket("private-bucket")
    bucket.iam_configuration.public_access_prevention = "enforced"
    client.create_bucket(bucket)
    policy = bucket.get_iam_policy()
    policy.bindings.append({"role": "roles/storage.objectViewer", "members": {"allUsers"}})

    with pytest.raises(exceptions.PreconditionFailed):
        bucket.set_iam_policy(policy)


def test_the_owner_has_every_permission(client: Client) -> None:
    bucket = client.create_bucket("permitted-bucket")

    assert bucket.test_iam_permissions(["storage.objects.create"]) == ["storage.objects.create"]


def test_a_denied_foreign_bucket_lets_nobody_in(server: GcsServer, client: Client) -> None:
    server.control("POST", "foreign-bucket", {"name": "denied-bucket", "access": "denied"})

    bucket = client.bucket("denied-bucket")
    with pytest.raises(exceptions.Conflict, match="not available"):
        client.create_bucket("denied-bucket")
    with pytest.raises(exceptions.Forbidden):
        client.get_bucket("denied-bucket")
    with pytest.raises(exceptions.Forbidden):
        bucket.blob("x").upload_from_string("x")
    with pytest.raises(exceptions.Forbidden):
        list(client.list_blobs("denied-bucket"))
    with pytest.raises(exceptions.Forbidden):
        bucket.delete()
    assert bucket.test_iam_permissions(["storage.buckets.get"]) == []
    assert "denied-bucket" not in [listed.name for listed in client.list_buckets()]


def test_a_readable_foreign_bucket_shows_its_project_and_takes_nothing(
    server: GcsServer, client: Client
) -> None:
    server.control("POST", "foreign-bucket", {"name": "readable-bucket", "access": "readable"})

    bucket = client.get_bucket("readable-bucket")

    assert bucket.project_number != 424242424242
    assert list(client.list_blobs("readable-bucket")) == []
    with pytest.raises(exceptions.Forbidden):
        bucket.blob("x").upload_from_string("x")


def test_a_project_can_have_a_number_of_its_own(server: GcsServer, client: Client) -> None:
    server.control("POST", "projects", {"project": "neighbour", "number": "777"})

    bucket = client.create_bucket("neighbour-bucket", project="neighbour")

    assert bucket.project_number == 777
    assert [listed.name for listed in client.list_buckets(project="neighbour")] == [
        "neighbour-bucket"
    ]
    with pytest.raises(exceptions.Conflict, match="not available"):
        client.create_bucket("neighbour-bucket")


def test_bucket_creation_can_be_limited(server: GcsServer, client: Client) -> None:
    server.control("POST", "bucket-creation-limit", {"per_seconds": 30})
    client.create_bucket("first-of-many", retry=None)

    with pytest.raises(exceptions.TooManyRequests):
        client.create_bucket("second-of-many", retry=None)
    with pytest.raises(exceptions.Conflict):
        client.create_bucket("first-of-many", retry=None)

    server.control("POST", "bucket-creation-limit", {"per_seconds": 0})
    client.create_bucket("second-of-many", retry=None)
