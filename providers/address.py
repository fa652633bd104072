"""Which addresses are public, and how a URL is named in words that anybody may read."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from providers.errors import BadConfiguration, Refused

DEFAULT_PORTS = {"http": 80, "https": 443}

# IANA special-purpose registries, and what clouds keep to themselves. Stated here instead of left
# to `is_global` alone, whose answers differ between Python releases.
_CLOSED_4 = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT; Alibaba's metadata service lives here
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent
        "169.254.0.0/16",  # link-local; most clouds' metadata service
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_OPEN_6 = ip_network("2000::/3")  # the only part of IPv6 handed out; the rest is special
_CLOSED_6 = tuple(
    ip_network(net)
    for net in (
        "2001::/23",  # Teredo, ORCHID, benchmarking and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4 wraps any IPv4 address
        "3fff::/20",
    )
)
_LOCAL_SUFFIXES = (".local", ".localhost", ".internal", ".onion", ".home.arpa", ".lan")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is a plain unicast one that anybody on the internet could own."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in net for net in _CLOSED_4)
    if address.scope_id or address not in _OPEN_6:
        return False
    return address.is_global and not any(address in net for net in _CLOSED_6)


def is_odd_number(host: str) -> bool:
    """Whether a resolver may read a host as a number: 127.1, 0x7f.1, 2130706433."""
    last = host.rstrip(".").rpartition(".")[2].lower()
    return last.isdigit() or last.startswith("0x")


def is_local_name(host: str) -> bool:
    """Whether a host is named as only a local network names its own."""
    name = host.rstrip(".").lower()
    if ":" in name or is_odd_number(name):
        return False
    return "." not in name or name.endswith(_LOCAL_SUFFIXES)


def authority(host: str, port: int) -> str:
    """`host:port` in the one spelling that the allow-list uses."""
    name = host.strip("[]").rstrip(".").lower()
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def allowed_hosts(text: str) -> frozenset[str]:
    """Read FETCH_ALLOW_PRIVATE_HOSTS: a comma separated list of host:port."""
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    return frozenset(_allowed_host(entry) for entry in entries)


def _allowed_host(entry: str) -> str:
    try:
        parts = urlsplit(f"//{entry}")
        port = parts.port
    except ValueError:
        port = None
    if port is None or not parts.hostname or parts.path or "@" in entry:
        raise BadConfiguration(
            f"FETCH_ALLOW_PRIVATE_HOSTS={entry}: write host:port, for example 127.0.0.1:9000"
        )
    return authority(parts.hostname, port)


def split(url: str) -> SplitResult:
    """The parts of an http or https URL with a host; Refused for anything else."""
    if any(ord(char) < 32 or char in "\\\x7f" for char in url):
        raise Refused("bad_address", "The address holds control characters or a backslash.")
    try:
        parts = urlsplit(url)
        port_of(parts)
    except ValueError:
        raise Refused("bad_address", "The address cannot be read.") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise Refused("bad_scheme", "Only http and https addresses are fetched.")
    if not parts.hostname:
        raise Refused("bad_address", "The address names no host.")
    if "@" in parts.netloc:
        raise Refused("userinfo", "The address carries a name or password.")
    return parts


def port_of(parts: SplitResult) -> int:
    """The port an address means; ValueError when it is no number of a port."""
    return parts.port if parts.port is not None else DEFAULT_PORTS.get(parts.scheme, 0)


def where(url: str) -> str:
    """Scheme, host and path of a URL, without what may be secret; bounded."""
    bare = url.partition("?")[0].partition("#")[0]
    scheme, found, rest = bare.partition("://")
    if not found:
        return "an address without a scheme"
    netloc, slash, path = rest.partition("/")
    shown = f"{scheme}://{netloc.rpartition('@')[2]}{slash}{path}"
    return "".join(char if char.isprintable() else "?" for char in shown)[:200]


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host spells out, or None when it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None
