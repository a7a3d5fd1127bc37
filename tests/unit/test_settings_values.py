"""Single settings: which spellings are taken, and what is refused where."""

from typing import Final

import pytest

from handlers.settings import webhook_settings, worker_settings
from handlers.settings_catalogue import CATALOGUE
from handlers.settings_reader import (
    SettingsError,
    SettingsReader,
    as_integer,
    as_list,
    as_switch,
    as_text,
)
from tests.unit.environments import PEM, SERVICE_ACCOUNT, WEBHOOK, WORKER

CLOUD_RUN: Final = {"K_SERVICE": "process-message"}
NO_PROOF: Final = {
    name: value for name, value in WEBHOOK.items() if name != "CHATWOOT_WEBHOOK_SECRET"
}
ONE_LINE: Final = PEM.strip().replace("\n", "\\n")


def worker_problem(**changes: str) -> str:
    with pytest.raises(SettingsError) as caught:
        worker_settings({**WORKER, **changes})
    return str(caught.value)


def webhook_problem(**changes: str) -> str:
    with pytest.raises(SettingsError) as caught:
        webhook_settings({**WEBHOOK, **changes})
    return str(caught.value)


@pytest.mark.parametrize(
    "written",
    [PEM, PEM.strip(), ONE_LINE, f'"{ONE_LINE}"', f"'{ONE_LINE}'", f'"{PEM}"', ONE_LINE + "\\n"],
    ids=[
        "newlines",
        "no-last-newline",
        "backslash-n",
        "double-quotes",
        "single-quotes",
        "quotes-and-newlines",
        "last-backslash-n",
    ],
)
def test_a_private_key_is_taken_in_every_form_that_dashboards_make(written: str) -> None:
    settings = worker_settings({**WORKER, **SERVICE_ACCOUNT, "GCS_PRIVATE_KEY": written})

    key = settings.storage.service_account_key
    assert key is not None
    assert key.private_key == PEM


@pytest.mark.parametrize(
    "written",
    [
        "MIIEvQIBADANBg",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg",
    ],
    ids=["bare", "certificate", "first-line-only", "cut"],
)
def test_what_is_no_whole_private_key_is_refused(written: str) -> None:
    assert "GCS_PRIVATE_KEY must" in worker_problem(
        **{**SERVICE_ACCOUNT, "GCS_PRIVATE_KEY": written}
    )


@pytest.mark.parametrize("missing", SERVICE_ACCOUNT)
def test_a_service_account_has_three_fields_or_none(missing: str) -> None:
    fields = {name: value for name, value in SERVICE_ACCOUNT.items() if name != missing}

    assert f"{missing} is not set" in worker_problem(**fields)


def test_a_bare_key_of_32_bytes_is_long_enough() -> None:
    settings = worker_settings({**WORKER, "OWNER_HASH_KEY": f"  {'k' * 32}\n"})

    assert settings.owner_hash_key == b"k" * 32
    assert "at least 32 bytes" in worker_problem(OWNER_HASH_KEY="k" * 31 + " ")


def test_unsigned_deliveries_are_refused_on_cloud_run() -> None:
    assert "ALLOW_UNSIGNED is refused" in webhook_problem(ALLOW_UNSIGNED="1", **CLOUD_RUN)
    signed = webhook_settings({**WEBHOOK, "ALLOW_UNSIGNED": "0", **CLOUD_RUN})
    assert not signed.sender_rules.allow_unsigned
    assert webhook_settings({**WEBHOOK, "ALLOW_UNSIGNED": "1"}).sender_rules.allow_unsigned


def test_insecure_downloads_are_refused_on_cloud_run() -> None:
    assert "ALLOW_INSECURE_DOWNLOADS is refused" in worker_problem(
        ALLOW_INSECURE_DOWNLOADS="1", **CLOUD_RUN
    )
    assert worker_settings({**WORKER, **CLOUD_RUN}).media_rules.allow_insecure is False


@pytest.mark.parametrize(
    "secret", [{}, {"CHATWOOT_WEBHOOK_SECRET": " , ,"}], ids=["none", "commas"]
)
def test_without_any_proof_the_webhook_does_not_start(secret: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="CHATWOOT_WEBHOOK_SECRET is not set"):
        webhook_settings({**NO_PROOF, **secret})


@pytest.mark.parametrize(
    "proof",
    [{"CHATWOOT_WEBHOOK_SECRET": "s"}, {"CHATWOOT_URL_TOKEN": "t"}, {"ALLOW_UNSIGNED": "true"}],
    ids=["secret", "token", "unsigned"],
)
def test_one_proof_is_enough(proof: dict[str, str]) -> None:
    assert webhook_settings({**NO_PROOF, **proof}).broker.project_id == "test-project"


def test_a_body_signature_alone_is_no_proof() -> None:
    with pytest.raises(SettingsError, match="CHATWOOT_WEBHOOK_SECRET"):
        webhook_settings({**NO_PROOF, "CHATWOOT_BODY_SIGNATURE": "1"})


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("https://chat.example.com", "chat.example.com"),
        ("https://CHAT.example.com/app/accounts/1", "chat.example.com"),
        ("https://chat.example.com:443", "chat.example.com"),
    ],
)
def test_the_chatwoot_host_is_taken_from_its_url(written: str, host: str) -> None:
    settings = worker_settings({**WORKER, "CHATWOOT_BASE_URL": written})

    assert settings.media_rules.chatwoot_host == host


@pytest.mark.parametrize(
    "written",
    [
        "chat.example.com",
        "ftp://chat.example.com",
        "https://",
        "https://user:pw@chat.example.com",
        "https://chat.example.com:port",
        "http://chat.example.com",
    ],
)
def test_a_base_url_that_is_none_or_not_secure_is_refused(written: str) -> None:
    assert "CHATWOOT_BASE_URL" in worker_problem(CHATWOOT_BASE_URL=written)


def test_the_local_stack_may_speak_http_to_named_hosts() -> None:
    rules = worker_settings(
        {
            **WORKER,
            "CHATWOOT_BASE_URL": "http://127.0.0.1:3000",
            "CHATWOOT_MEDIA_HOSTS": "127.0.0.1:9000, Storage.Local",
            "ALLOW_INSECURE_DOWNLOADS": "1",
        }
    ).media_rules

    assert rules.chatwoot_host == "127.0.0.1:3000"
    assert rules.other_hosts == {"127.0.0.1:9000", "storage.local"}
    assert rules.allow_insecure


@pytest.mark.parametrize(
    "written", ["https://cdn.example.net", "cdn.example.net/path", "cdn example net", "user@host"]
)
def test_a_media_host_that_could_never_match_is_refused(written: str) -> None:
    assert "CHATWOOT_MEDIA_HOSTS" in worker_problem(CHATWOOT_MEDIA_HOSTS=written)


@pytest.mark.parametrize("written", ["1", "true", "YES", "on"])
def test_a_switch_that_is_on(written: str) -> None:
    assert as_switch(written) is True


@pytest.mark.parametrize("written", ["0", "False", "no", "OFF"])
def test_a_switch_that_is_off(written: str) -> None:
    assert as_switch(written) is False


@pytest.mark.parametrize("written", ["2", "maybe", "t", "11"])
def test_a_switch_that_is_neither(written: str) -> None:
    with pytest.raises(ValueError, match="must be 1 or 0"):
        as_switch(written)


@pytest.mark.parametrize("written", ["1", "10", "007"])
def test_a_whole_number_within_bounds(written: str) -> None:
    assert as_integer(1, 10)(written) == int(written)


@pytest.mark.parametrize(
    "written", ["0", "11", "-1", "+5", "1.0", "1_0", "\u0663", "ten", "9" * 5000]
)
def test_a_number_that_is_none_or_out_of_bounds(written: str) -> None:
    with pytest.raises(ValueError, match=r".*") as caught:
        as_integer(1, 10)(written)

    assert written not in str(caught.value).replace("from 1 to 10", "")


def test_a_list_is_cut_at_its_commas() -> None:
    assert as_list(" a,b , ,c d,") == ("a", "b", "c d")
    assert as_text("a, b") == "a, b"


@pytest.mark.parametrize(("language", "expected"), [("pt", "pt"), ("EN", "en")])
def test_a_language_is_two_letters(language: str, expected: str) -> None:
    settings = worker_settings({**WORKER, "OPENAI_TRANSCRIBE_LANGUAGE": language})

    assert settings.transcribe_language == expected
    assert "OPENAI_TRANSCRIBE_LANGUAGE must" in worker_problem(OPENAI_TRANSCRIBE_LANGUAGE="pt-BR")


def test_a_variable_that_the_catalogue_does_not_know_cannot_be_read() -> None:
    reader = SettingsReader({"HOME": "/"}, function="test")

    with pytest.raises(KeyError):
        reader.maybe("HOME", as_text)


def test_a_prefix_and_an_installation_of_ones_own_are_taken() -> None:
    settings = worker_settings(
        {**WORKER, "GCS_BUCKET_PREFIX": "notes-eu", "CHATWOOT_INSTALLATION": "second"}
    )

    assert (settings.buckets.prefix, settings.database.installation) == ("notes-eu", "second")


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_catalogue_says_what_a_variable_is_for_and_where_to_get_it(name: str) -> None:
    variable = CATALOGUE[name]

    assert variable.purpose
    assert variable.source
    assert set(variable.functions) <= {
        "chatwoot_webhook",
        "process_message",
        "record_dead_letter",
        "notify_ready",
        "run_maintenance",
        "db.migrate",
        "handlers.cli",
    }
