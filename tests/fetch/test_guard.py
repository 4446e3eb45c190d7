"""The guard refuses everything but addresses of the public web, in every notation."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import UpstreamError
from tracker.fetch import guard


@pytest.mark.parametrize(
    ("url", "requested"),
    [
        ("https://ann.github.io/deep", "https://ann.github.io/deep"),
        ("http://Example.org", "http://example.org/"),
        ("https://example.org:8443/a?b=c#d", "https://example.org:8443/a?b=c"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://bücher.org/größe", "https://xn--bcher-kva.org/gr%C3%B6%C3%9Fe"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://a_b.github.io/", "https://a_b.github.io/"),
        ("https://example.org/../../_sandbox/reset", "https://example.org/_sandbox/reset"),
        ("https://example.org/a/%2E./%2e/b/..", "https://example.org/"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
    ],
)
def test_addresses_of_the_web_are_accepted(url: str, requested: str) -> None:
    assert guard.check_url(url).url == requested


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "//example.org/",
        "https://",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://printer.local/",
        "https://metadata.google.internal/computeMetadata/v1/",
        "https://service.svc.cluster.local/",
        "https://name.onion/",
        "https://host/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://169.254.169.254/latest/meta-data/",
        "http://8.8.8.8/",
        "http://example.org.8/",
        "http://example.org.0x8/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://[2606:4700::1111]/",
        "http://①②⑦.⓪.⓪.①/",
        "http://user@example.org/",
        "http://user:password@example.org/",
        "http://example.org@127.0.0.1/",
        "http://127.0.0.1\\@example.org/",
        "http://example.org:22/",
        "http://example.org:6379/",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://exa mple.org/",
        "http://example.org/\r\nHost: other",
        "http://example.org/\x00",
        "http://example.org/\ud800",
        "http://example.org/?q=\udfff",
        "http://example.org:0/",
        "http://-.example.org/",
        "http://a..b.org/",
        f"http://{'a' * 64}.org/",
        f"http://example.org/{'a' * 3000}",
        f"http://example.org/{'é' * 1500}",
        "http://[::1",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(UpstreamError) as error:
        guard.check_url(url)
    assert error.value.upstream == "web"


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "2606:4700:4700::1111",
        "::ffff:93.184.216.34",
        "64:ff9b::93.184.216.34",
        "2607:f8b0::5efe:93.184.216.34",
    ],
)
def test_public_addresses(address: str) -> None:
    assert guard.check_addresses([address]) == [address]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1:7f00:0:100:808:808",
        "3fff::1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:5db8:d822::1",
        "2002:a00:1::1",
        "2001:0:7f00:1:0:0:8080:8080",
        "192.0.0.192",
        "168.63.129.16",
        "2607:f8b0::5efe:7f00:1",
        "2607:f8b0::200:5efe:10.0.0.1",
        "::ffff:0:127.0.0.1",
        "fe80::5efe:8.8.8.8",
        "fd00::5efe:8.8.8.8",
        "fd00::200:5efe:8.8.8.8",
        "2001:db8::5efe:8.8.8.8",
        "2001:0:808:808:0:0:f7f7:f7f7",
        "2001:1::1",
        "2001:4:112::1",
        "100.100.100.200",
        "fd20:ce::254",
        "4000::1",
        "::ffff:100.64.0.1",
        "2001:2::1",
        "5f00::1",
        "nonsense",
    ],
)
def test_an_address_that_is_not_public_is_refused_even_beside_one_that_is(address: str) -> None:
    for addresses in ([address], ["93.184.216.34", address], [address, "93.184.216.34"]):
        with pytest.raises(UpstreamError, match="not public"):
            guard.check_addresses(addresses)


def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(UpstreamError, match="no address"):
        guard.check_addresses([])


@given(st.text(st.characters(), max_size=80))
def test_an_accepted_host_is_a_name_and_never_a_number(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}/path"):
        try:
            target = guard.check_url(url)
        except UpstreamError:
            continue
        assert "." in target.host
        assert target.url.isascii()
        with pytest.raises(ValueError, match="does not appear"):
            ipaddress.ip_address(target.host)


@given(st.integers(0, 2**32 - 1))
def test_no_ipv4_address_hides_in_ipv6(number: int) -> None:
    inner = ipaddress.IPv4Address(number)
    public = guard.is_public(inner)
    for text in (f"::ffff:{inner}", f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}"):
        assert guard.is_public(ipaddress.ip_address(text)) is public


@given(
    st.integers(0, 2**128 - 1).filter(lambda number: number >> 125 != 1), st.sampled_from([0, 0x5EFE, 0x2005EFE])
)
def test_outside_the_public_internet_no_ending_makes_an_address_public(number: int, middle: int) -> None:
    outer = number >> 64 << 64
    address = ipaddress.IPv6Address(outer | middle << 32 | int(ipaddress.IPv4Address("8.8.8.8")))
    assert not guard.is_public(address) or address.ipv4_mapped or address in ipaddress.ip_network("64:ff9b::/96")
