import pytest

from crawler.egress import is_allowed, networks
from evidence.errors import ConfigError

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.7",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "2002:7f00:1::1", "2002:a00:1::", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "not an address", "",
    "::127.0.0.1", "::8.8.8.8", "64:ff9b:1::808:808", "fec0::1", "3fff::1", "5f00::1", "100::1",
    "2600::5efe:7f00:1", "2600::200:5efe:a00:1", "192.88.99.1", "::ffff:0:127.0.0.1", "4000::1",
    "2001::1", "2002:c0a8:101::1", "2001:2::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_allowed(address, ())


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "2606:4700:4700::1111",
        "2600::5efe:808:808",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
    ],
)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_allowed(address, ())


def test_a_configured_network_is_allowed_and_no_other() -> None:
    allowed = networks(["127.0.0.0/8"])

    assert is_allowed("127.0.0.1", allowed)
    assert not is_allowed("10.0.0.1", allowed)
    assert not is_allowed("::1", allowed)


def test_a_network_that_is_none_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match=r"127\.0\.0\.0/99"):
        networks(["127.0.0.0/99"])


def test_an_address_within_an_allowed_tunnel_is_judged_too() -> None:
    """Teredo and 6to4 carry IPv4 addresses; to allow the tunnel is not to allow what is in it."""
    for tunnel, inside, public in (
        ("2001::/32", "2001:0:808:808::80ff:fffe", "2001:0:808:808::f7f7:f7f7"),
        ("2002::/16", "2002:7f00:1::1", "2002:808:808::1"),
    ):
        assert not is_allowed(inside, networks([tunnel]))
        assert is_allowed(public, networks([tunnel]))
