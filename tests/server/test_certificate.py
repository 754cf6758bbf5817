"""The device's own certificate."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from server.certificate import ensure_certificate, own_names

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
NAMES = ["127.0.0.1", "::1", "localhost", "stoop.local"]


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    first = ensure_certificate(tmp_path / "server", NAMES, NOW)
    again = ensure_certificate(tmp_path / "server", NAMES[:2], NOW + datetime.timedelta(days=700))
    assert first == again


def test_its_names_are_addresses_and_host_names(tmp_path: Path) -> None:
    made = ensure_certificate(tmp_path, NAMES, NOW)
    certificate = x509.load_pem_x509_certificate(made.certificate_path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "stoop.local"]
    assert names.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
    ]
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"


def test_the_key_is_for_nobody_else(tmp_path: Path) -> None:
    made = ensure_certificate(tmp_path / "server", NAMES, NOW)
    assert stat.S_IMODE(made.key_path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "server").stat().st_mode) == 0o700
    made.key_path.chmod(0o644)
    ensure_certificate(tmp_path / "server", NAMES, NOW)
    assert stat.S_IMODE(made.key_path.stat().st_mode) == 0o600


def test_the_fingerprint_is_what_browsers_show(tmp_path: Path) -> None:
    made = ensure_certificate(tmp_path, NAMES, NOW)
    der = ssl.PEM_cert_to_DER_cert(made.certificate_path.read_text())
    import hashlib

    assert made.fingerprint.replace(":", "").lower() == hashlib.sha256(der).hexdigest()
    assert len(made.fingerprint) == 95


@pytest.mark.parametrize(
    ("names", "days"),
    [([*NAMES, "192.0.2.7"], 0), (NAMES, 800), (NAMES, -2)],
    ids=["new name", "near its end", "clock back"],
)
def test_it_is_made_anew_when_it_no_longer_fits(tmp_path: Path, names: list[str], days: int) -> None:
    old = ensure_certificate(tmp_path, NAMES, NOW)
    new = ensure_certificate(tmp_path, names, NOW + datetime.timedelta(days=days))
    assert old.fingerprint != new.fingerprint


@pytest.mark.parametrize("file", ["tls-key.pem", "tls-cert.pem"])
@pytest.mark.parametrize("damage", ["missing", "empty", "of another pair"])
def test_a_damaged_pair_is_made_anew(tmp_path: Path, file: str, damage: str) -> None:
    old = ensure_certificate(tmp_path / "one", NAMES, NOW)
    path = tmp_path / "one" / file
    match damage:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "of another pair":
            ensure_certificate(tmp_path / "two", NAMES, NOW)
            path.write_bytes((tmp_path / "two" / file).read_bytes())
    new = ensure_certificate(tmp_path / "one", NAMES, NOW)
    assert new.fingerprint != old.fingerprint
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(new.certificate_path, new.key_path)


def test_own_names_hold_what_an_owner_types() -> None:
    assert {"localhost", "127.0.0.1", "::1", "stoop.local"} <= set(own_names())
