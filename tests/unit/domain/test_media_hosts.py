"""Where a download may go: Chatwoot first, and where Chatwoot sends us."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.errors import MediaReason, MediaRefusedError
from handlers.domain.media_hosts import MediaRules, MediaTarget, check_url, resolve_redirect

OPEN: Final = MediaRules(chatwoot_host="chat.example.com")
LISTED: Final = MediaRules(
    chatwoot_host="chat.example.com", other_hosts=frozenset({"cdn.example.net", "s3.test:9000"})
)
LOCAL: Final = MediaRules(
    chatwoot_host="127.0.0.1:3000",
    other_hosts=frozenset({"127.0.0.1:9000", "storage.local"}),
    allow_insecure=True,
)


def refusal(url: str, rules: MediaRules = OPEN, *, is_redirect: bool = False) -> MediaReason:
    with pytest.raises(MediaRefusedError) as caught:
        check_url(url, rules, is_redirect=is_redirect)
    return caught.value.reason


def test_a_link_of_chatwoots_is_taken_apart() -> None:
    url = "https://Chat.Example.com/rails/blobs/x--y/file%20name.ogg?disposition=inline#part"

    assert check_url(url, OPEN, is_redirect=False) == MediaTarget(
        scheme="https",
        host="chat.example.com",
        port=443,
        path="/rails/blobs/x--y/file%20name.ogg?disposition=inline",
        is_named=True,
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://chat.example.com",
        "https://chat.example.com/",
        "https://chat.example.com:443/",
        "https://chat.example.com:/",
        "https://chat.example.com./",
        "HTTPS://CHAT.EXAMPLE.COM/",
    ],
)
def test_other_spellings_of_the_same_place_are_taken(url: str) -> None:
    target = check_url(url, OPEN, is_redirect=False)

    assert (target.host, target.port, target.path) == ("chat.example.com", 443, "/")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://chat.example.com.evil.example/x",
        "https://evil-chat.example.com/x",
        "https://example.com/x",
        "https://xn--chat-example.com/x",
        "https://chat.ex\u0430mple.com/x",
        "https://chat\u3002example\u3002com/x",
        "https://169.254.169.254/computeMetadata/v1/",
        "https://metadata.google.internal/",
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://0177.0.0.1/x",
        "https://127.1/x",
        "https://[::1]/x",
        "https://[::ffff:169.254.169.254]/x",
        "https://[fe80::1%25eth0]/x",
        "https://chat.example.com:8443/x",
        "https://chat.example.com:80/x",
        "https://cdn.example.net/x",
    ],
)
def test_the_first_hop_is_chatwoot_or_none(url: str) -> None:
    assert refusal(url) is MediaReason.HOST_NOT_ALLOWED


def test_a_listed_host_is_no_first_hop_either() -> None:
    assert refusal("https://cdn.example.net/x", LISTED) is MediaReason.HOST_NOT_ALLOWED


@pytest.mark.parametrize("is_redirect", [False, True], ids=["first-hop", "redirect"])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "chat.example.com/x",
        "/x",
        "//chat.example.com/x",
        "https:chat.example.com/x",
        "https:///x",
        "https://",
        "https://:443/x",
        "https://./x",
        "http://chat.example.com/x",
        "http://chat.example.com:80/x",
        "ftp://chat.example.com/x",
        "gopher://chat.example.com/x",
        "file:///etc/passwd",
        "file://chat.example.com/etc/passwd",
        "data:text/plain,x",
        "javascript:alert(1)",
        "https://user@chat.example.com/x",
        "https://user:password@chat.example.com/x",
        "https://@chat.example.com/x",
        "https://:@chat.example.com/x",
        "https://evil.example\\@chat.example.com/x",
        "https://chat.example.com\\@evil.example/x",
        "https:\\\\chat.example.com\\x",
        "https://chat.example.com/x\r\nHost: evil.example",
        "https://chat.example.com/x y",
        " https://chat.example.com/x",
        "https://chat.example.com/\tx",
        "https://chat.example.com/\x00",
        "https://chat.example.com/\u202e",
        "https://chat.example.com/\u00a0",
        "https://chat.example.com/\ud83d",
        "https://chat.example.com:port/x",
        "https://chat.example.com:99999/x",
        "https://chat.example.com:-1/x",
        "https://[::1/x",
        "https://[not-an-address]/x",
        "https://chat\u2100.example.com/x",
    ],
)
def test_what_is_no_plain_https_link_is_refused(url: str, *, is_redirect: bool) -> None:
    assert refusal(url, is_redirect=is_redirect) in {
        MediaReason.URL_INVALID,
        MediaReason.HOST_NOT_ALLOWED,
    }


@pytest.mark.parametrize(
    "url", ["https://cdn.evil.example/x", "https://[2606:4700::1111]/x", "https://8.8.8.8/x"]
)
def test_without_a_list_chatwoot_may_send_us_to_any_https_host(url: str) -> None:
    assert check_url(url, OPEN, is_redirect=True).is_named is False


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.evil.example:8443/x",
        "https://cdn.evil.example:22/x",
        "https://cdn.evil.example:80/x",
        "https://cdn.evil.example:0/x",
        "http://cdn.evil.example/x",
        "http://cdn.evil.example:443/x",
    ],
)
def test_a_redirect_leads_to_port_443_only(url: str) -> None:
    assert refusal(url, is_redirect=True) is MediaReason.URL_INVALID


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://cdn.example.net/x", True),
        ("https://CDN.example.net./x", True),
        ("https://chat.example.com/x", True),
        ("https://other.example.net/x", False),
        ("https://cdn.example.net.evil.example/x", False),
        ("https://evil.cdn.example.net/x", False),
        ("https://s3.test/x", False),
        ("https://cdn.example.net:9000/x", False),
    ],
)
def test_with_a_list_redirects_lead_to_it_or_back(url: str, *, is_allowed: bool) -> None:
    if is_allowed:
        assert check_url(url, LISTED, is_redirect=True).is_named
    else:
        assert refusal(url, LISTED, is_redirect=True) is MediaReason.HOST_NOT_ALLOWED


def test_a_listed_port_is_not_enough_without_the_local_stacks_exception() -> None:
    assert refusal("https://s3.test:9000/x", LISTED, is_redirect=True) is MediaReason.URL_INVALID
    assert refusal("http://cdn.example.net/x", LISTED, is_redirect=True) is MediaReason.URL_INVALID


@pytest.mark.parametrize(
    ("url", "is_redirect"),
    [
        ("http://127.0.0.1:3000/x", False),
        ("http://127.0.0.1:3000/x", True),
        ("http://127.0.0.1:9000/x", True),
        ("http://storage.local/x", True),
        ("https://storage.local/x", True),
    ],
)
def test_the_local_stacks_exception_takes_the_named_hosts(url: str, *, is_redirect: bool) -> None:
    target = check_url(url, LOCAL, is_redirect=is_redirect)

    assert target.is_named
    assert target.scheme == url.partition(":")[0]


@pytest.mark.parametrize(
    ("url", "is_redirect"),
    [
        ("http://127.0.0.1:9000/x", False),
        ("http://127.0.0.1:9001/x", True),
        ("http://127.0.0.1/x", True),
        ("http://localhost:3000/x", True),
        ("http://127.0.0.2:3000/x", True),
        ("http://169.254.169.254/x", True),
        ("http://storage.local:8080/x", True),
        ("ftp://127.0.0.1:3000/x", False),
        ("file://storage.local/etc/passwd", True),
        ("http://user@127.0.0.1:3000/x", False),
    ],
)
def test_the_local_stacks_exception_takes_nothing_else(url: str, *, is_redirect: bool) -> None:
    assert refusal(url, LOCAL, is_redirect=is_redirect)


def test_the_local_stacks_exception_without_a_list_is_chatwoots_alone() -> None:
    rules = MediaRules(chatwoot_host="127.0.0.1:3000", allow_insecure=True)

    assert check_url("https://cdn.example.net/x", rules, is_redirect=True).is_named is False
    assert refusal("http://cdn.example.net/x", rules, is_redirect=True) is MediaReason.URL_INVALID


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://cdn.example.net/y?sig=1", "https://cdn.example.net/y?sig=1"),
        ("/y", "https://chat.example.com:443/y"),
        ("y", "https://chat.example.com:443/a/y"),
        ("?v=2", "https://chat.example.com:443/a/x?v=2"),
        ("//evil.example/y", "https://evil.example/y"),
        ("http://evil.example/y", "http://evil.example/y"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("", "https://chat.example.com:443/a/x?v=1"),
    ],
)
def test_a_location_is_read_as_a_browser_reads_it(location: str, expected: str) -> None:
    target = check_url("https://chat.example.com/a/x?v=1", OPEN, is_redirect=False)

    assert resolve_redirect(location, target) == expected


def test_a_location_at_an_address_keeps_its_brackets() -> None:
    target = check_url("https://[2606:4700::1111]/a", OPEN, is_redirect=True)

    assert resolve_redirect("/b", target) == "https://[2606:4700::1111]:443/b"


def test_a_location_that_is_no_url_is_refused() -> None:
    target = check_url("https://chat.example.com/x", OPEN, is_redirect=False)

    with pytest.raises(MediaRefusedError):
        resolve_redirect("https://[broken", target)


@pytest.mark.parametrize(
    "url",
    [
        "https://chat.example.com/grava\u00e7\u00e3o.ogg",
        "https://chat.example.com/x?name=\u6f22",
    ],
    ids=["path", "query"],
)
def test_a_path_can_be_sent_in_a_request_line_or_is_refused(url: str) -> None:
    try:
        target = check_url(url, OPEN, is_redirect=False)
    except MediaRefusedError:
        return
    assert target.path.isascii()


@given(st.text(st.characters(exclude_categories=()), max_size=60), st.booleans())
def test_any_text_is_refused_or_a_target(url: str, is_redirect: bool) -> None:
    for candidate in (url, f"https://{url}", f"https://chat.example.com/{url}"):
        try:
            target = check_url(candidate, OPEN, is_redirect=is_redirect)
            resolve_redirect(url, target)
        except MediaRefusedError:
            continue
        assert target.scheme == "https"
        assert target.port == 443
        assert is_redirect or target.host == "chat.example.com"
