from collections.abc import Iterator

import pytest
import requests
from google.api_core import exceptions
from google.cloud.storage import Client

from tests.local.gcs_server import GcsServer, gcs_client, running_gcs

NAMES = [
    "a/1",
    "a/2",
    "a/b/3",
    "a/b/4",
    "a/c/5",
    "a0",
    "b/6",
    "z",
]


@pytest.fixture(scope="module")
def server() -> Iterator[GcsServer]:
    with running_gcs() as running:
        with gcs_client(running) as client:
            bucket = client.create_bucket("listed")
            for name in NAMES:
                bucket.blob(name).upload_from_string(name)
        yield running


@pytest.fixture
def client(server: GcsServer) -> Iterator[Client]:
    with gcs_client(server) as built:
        yield built


def listed(client: Client, **options: object) -> tuple[list[str], list[str]]:
    found = client.list_blobs("listed", **options)
    names = [blob.name for blob in found]
    return names, sorted(found.prefixes)


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_a_list_is_the_same_in_pages_of_any_size(client: Client, page_size: int) -> None:
    assert listed(client, page_size=page_size) == (NAMES, [])
    assert listed(client, page_size=page_size, prefix="a/") == (NAMES[:5], [])
    assert listed(client, page_size=page_size, delimiter="/") == (["a0", "z"], ["a/", "b/"])
    assert listed(client, page_size=page_size, prefix="a/", delimiter="/") == (
        ["a/1", "a/2"],
        ["a/b/", "a/c/"],
    )
    assert listed(client, page_size=page_size, start_offset="a/b/4", end_offset="b") == (
        ["a/b/4", "a/c/5", "a0"],
        [],
    )


def test_an_object_overwritten_between_pages_is_listed_once(client: Client) -> None:
    bucket = client.create_bucket("moving")
    for name in ("a", "b", "c"):
        bucket.blob(name).upload_from_string(name)
    pages = client.list_blobs("moving", page_size=1).pages
    names = [blob.name for blob in next(pages)]
    bucket.blob("a").upload_from_string("again")
    names += [blob.name for page in pages for blob in page]

    assert names == ["a", "b", "c"]


def test_no_match_is_an_empty_list(client: Client) -> None:
    assert listed(client, prefix="nothing") == ([], [])


def test_only_the_fields_asked_for_are_sent(server: GcsServer) -> None:
    answer = requests.get(
        f"{server.url}/storage/v1/b/listed/o?maxResults=1&fields=items(name,size),nextPageToken",
        timeout=5,
    ).json()

    assert answer["items"] == [{"name": "a/1", "size": "3"}]
    assert set(answer) == {"items", "nextPageToken"}


def test_a_bad_page_token_is_refused(server: GcsServer) -> None:
    answer = requests.get(f"{server.url}/storage/v1/b/listed/o?pageToken=%3F%3F", timeout=5)

    assert answer.status_code == 400


def test_versions_are_kept_where_the_bucket_says_so(client: Client) -> None:
    bucket = client.bucket("versioned")
    bucket.versioning_enabled = True
    bucket.soft_delete_policy.retention_duration_seconds = 0
    client.create_bucket(bucket)
    blob = bucket.blob("note")
    blob.upload_from_string("one")
    first = blob.generation
    blob.upload_from_string("two")
    second = blob.generation
    bucket.blob("note").delete()

    versions = list(client.list_blobs("versioned", versions=True))
    assert [version.generation for version in versions] == [first, second]
    assert all(version.time_deleted is not None for version in versions)
    assert list(client.list_blobs("versioned")) == []
    assert bucket.blob("note", generation=first).download_as_bytes() == b"one"
    with pytest.raises(exceptions.Conflict):
        bucket.delete()
    bucket.blob("note", generation=first).delete()
    assert [v.generation for v in client.list_blobs("versioned", versions=True)] == [second]


def test_deleted_objects_stay_restorable_under_soft_delete(client: Client) -> None:
    bucket = client.create_bucket("softly")
    blob = bucket.blob("note")
    blob.upload_from_string("one")
    first = blob.generation
    blob.upload_from_string("two")
    bucket.blob("note").delete()

    assert list(client.list_blobs("softly")) == []
    lost = list(client.list_blobs("softly", soft_deleted=True))
    assert len(lost) == 2
    for version in lost:
        kept = version.hard_delete_time - version.soft_delete_time
        assert kept.total_seconds() == 604_800
    assert bucket.get_blob("note") is None
    assert bucket.get_blob("note", generation=first, soft_deleted=True).size == 3
    with pytest.raises(exceptions.NotFound):
        bucket.blob("note", generation=first).download_as_bytes()

    bucket.restore_blob("note", generation=first)
    assert bucket.blob("note").download_as_bytes() == b"one"


def test_nothing_stays_where_soft_delete_is_off(client: Client) -> None:
    bucket = client.bucket("firmly")
    bucket.soft_delete_policy.retention_duration_seconds = 0
    client.create_bucket(bucket)
    bucket.blob("note").upload_from_string("one")
    bucket.blob("note").delete()

    assert list(client.list_blobs("firmly", soft_deleted=True)) == []
