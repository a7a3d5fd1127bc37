from collections.abc import Iterator

import pytest
import requests
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


def test_a_created_bucket_can_be_read_back(client: Client) -> None:
    client.create_bucket("made-bucket")

    assert client.get_bucket("made-bucket").name == "made-bucket"
    assert client.bucket("made-bucket").exists()
    assert client.lookup_bucket("never-made") is None


def test_a_client_without_credentials_works_through_the_emulator_variable(
    server: GcsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    client = Client()

    bucket = client.create_bucket("no-credentials")
    bucket.blob("a").upload_from_string("b")

    assert bucket.blob("a").download_as_bytes() == b"b"
    client.close()


def test_a_second_creation_conflicts_and_says_that_we_own_it(client: Client) -> None:
    client.create_bucket("twice-bucket")

    with pytest.raises(exceptions.Conflict, match="you already own it"):
        client.create_bucket("twice-bucket")


def test_an_absent_bucket_is_not_found(client: Client) -> None:
    with pytest.raises(exceptions.NotFound):
        client.get_bucket("absent-bucket")
    with pytest.raises(exceptions.NotFound):
        client.bucket("absent-bucket").blob("x").upload_from_string("x")
    with pytest.raises(exceptions.NotFound):
        list(client.list_blobs("absent-bucket"))


@pytest.mark.parametrize(
    "name",
    ["ab", "a" * 64, "Upper-case", "-dash-first", "dash-last-", "goog-prefix", "my-google-b",
     "192.168.5.4", "two..dots", "space in-name", "ümlaut"],
)  # fmt: skip
def test_a_name_against_the_rules_is_refused(server: GcsServer, name: str) -> None:
    # The client refuses some of these itself.
    answer = requests.post(
        f"{server.url}/storage/v1/b?project=demo", json={"name": name}, timeout=5
    )

    assert answer.status_code == 400


def test_everything_that_is_set_is_kept(client: Client) -> None:
    bucket = client.bucket("full-bucket")
    bucket.labels = {"owner": "abc-1", "kind": "person"}
    bucket.storage_class = "STANDARD"
    bucket.iam_configuration.uniform_bucket_level_access_enabled = True
    bucket.iam_configuration.public_access_prevention = "enforced"
    bucket.soft_delete_policy.retention_duration_seconds = 0
    bucket.versioning_enabled = True
    key = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"
    bucket.default_kms_key_name = key
    bucket.add_lifecycle_set_storage_class_rule("NEARLINE", age=30)
    bucket.add_lifecycle_set_storage_class_rule("COLDLINE", age=90)
    bucket.add_lifecycle_delete_rule(age=400, matches_prefix=["malformed/"])

    client.create_bucket(bucket, location="europe-west1")

    read = client.get_bucket("full-bucket")
    assert read.location == "EUROPE-WEST1"
    assert read.location_type == "region"
    assert read.labels == {"owner": "abc-1", "kind": "person"}
    assert read.iam_configuration.uniform_bucket_level_access_enabled is True
    assert read.iam_configuration.uniform_bucket_level_access_locked_time is not None
    assert read.iam_configuration.public_access_prevention == "enforced"
    assert read.soft_delete_policy.retention_duration_seconds == 0
    assert read.versioning_enabled is True
    assert read.default_kms_key_name == key
    assert [rule["action"].get("storageClass") for rule in read.lifecycle_rules] == [
        "NEARLINE",
        "COLDLINE",
        None,
    ]


def test_defaults_are_those_of_google(client: Client) -> None:
    bucket = client.create_bucket("plain-bucket")

    assert bucket.location == "US"
    assert bucket.storage_class == "STANDARD"
    assert bucket.soft_delete_policy.retention_duration_seconds == 604_800
    assert bucket.iam_configuration.uniform_bucket_level_access_enabled is False
    assert bucket.iam_configuration.public_access_prevention == "inherited"
    assert bucket.project_number == 424242424242
    assert bucket.metageneration == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"labels": {"Upper": "x"}},
        {"labels": {"key": "not valid"}},
        {"storageClass": "FROZEN"},
        {"softDeletePolicy": {"retentionDurationSeconds": "60"}},
        {"iamConfiguration": {"publicAccessPrevention": "maybe"}},
        {"encryption": {"defaultKmsKeyName": "my-key"}},
        {"lifecycle": {"rule": [{"action": {"type": "Shred"}, "condition": {"age": 1}}]}},
        {"lifecycle": {"rule": [{"action": {"type": "Delete"}}]}},
        {"versioning": "on"},
    ],
)
def test_settings_google_would_refuse_are_refused(
    server: GcsServer, settings: dict[str, object]
) -> None:
    answer = requests.post(
        f"{server.url}/storage/v1/b?project=demo",
        json={"name": "refused-bucket", **settings},
        timeout=5,
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"][0]["reason"] == "invalid"


def test_a_patch_changes_what_it_names_and_counts_up(client: Client) -> None:
    bucket = client.create_bucket("patched-bucket")
    bucket.labels = {"a": "1", "b": "2"}
    bucket.patch()
    bucket.labels = {"b": "3"}
    bucket.add_lifecycle_delete_rule(age=7)
    bucket.patch()

    read = client.get_bucket("patched-bucket")
    assert read.labels == {"b": "3"}
    assert [rule["condition"] for rule in read.lifecycle_rules] == [{"age": 7}]
    assert read.metageneration == 3


def test_an_update_replaces_the_settings(client: Client) -> None:
    bucket = client.create_bucket("updated-bucket", location="EU")
    bucket.labels = {"a": "1"}
    bucket.update()
    bucket.clear_lifecycle_rules()
    bucket.labels = {}
    bucket.update()

    read = client.get_bucket("updated-bucket")
    assert read.labels == {}
    assert read.location == "EU"


def test_a_patch_under_an_old_metageneration_fails(client: Client) -> None:
    bucket = client.create_bucket("guarded-bucket")
    bucket.labels = {"a": "1"}
    bucket.patch(if_metageneration_match=1)

    bucket.labels = {"a": "2"}
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.patch(if_metageneration_match=1)
    assert client.get_bucket("guarded-bucket").labels == {"a": "1"}


def test_buckets_are_listed_by_prefix_in_pages(client: Client) -> None:
    for number in range(5):
        client.create_bucket(f"listed-{number}")
    client.create_bucket("other-listed")

    names = [bucket.name for bucket in client.list_buckets(prefix="listed-", page_size=2)]

    assert names == [f"listed-{number}" for number in range(5)]


def test_listing_and_creating_need_a_project(server: GcsServer) -> None:
    assert requests.get(f"{server.url}/storage/v1/b", timeout=5).status_code == 400
    created = requests.post(f"{server.url}/storage/v1/b", json={"name": "abc-def"}, timeout=5)
    assert created.json()["error"]["errors"][0]["reason"] == "required"


def test_a_bucket_with_objects_is_not_deleted(client: Client) -> None:
    bucket = client.create_bucket("kept-bucket")
    bucket.blob("x").upload_from_string("x")

    with pytest.raises(exceptions.Conflict):
        bucket.delete()

    bucket.delete(force=True)
    assert client.lookup_bucket("kept-bucket") is None


def test_a_bucket_with_only_soft_deleted_objects_is_deleted(client: Client) -> None:
    bucket = client.create_bucket("emptied-bucket")
    bucket.blob("x").upload_from_string("x")
    bucket.blob("x").delete()

    bucket.delete()

    assert not client.bucket("emptied-bucket").exists()
