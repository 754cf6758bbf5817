"""The device's own TLS certificate: made once, kept while valid and covering today's names; nobody else signs it."""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE_DAYS = 820
RENEW_BEFORE_DAYS = 30


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """Where key and certificate lie, and the certificate's fingerprint."""

    key_path: Path
    certificate_path: Path
    fingerprint: str
    """SHA-256 of the certificate in DER, upper-case hex with colons, as browsers show it."""


def own_names() -> list[str]:
    """Under what the owner may call this machine: names, loopback and the addresses of its interfaces, sorted."""
    hostname = socket.gethostname().lower().split(".")[0]
    names = {"localhost", "127.0.0.1", "::1", "stoop.local"}
    if hostname.replace("-", "").isalnum() and hostname.isascii():
        names |= {hostname, f"{hostname}.local"}
    return sorted(names | set(lan_addresses()))


def lan_addresses() -> list[str]:
    """The machine's addresses but loopback and link-local ones, IPv4 first; none where the kernel refuses to say."""
    found: set[ipaddress.IPv4Address | ipaddress.IPv6Address] = set()
    try:
        adapters = list(ifaddr.get_adapters())
    except OSError:  # as a unit without a network: the address of a connection is known from the connection
        return []
    for adapter in adapters:
        for ip in adapter.ips:
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            found.add(ipaddress.ip_address(text.partition("%")[0]))
    usable = [address for address in found if not address.is_loopback and not address.is_link_local]
    return [str(address) for address in sorted(usable, key=lambda address: (address.version, int(address)))]


def ensure_certificate(folder: Path, names: list[str], now: datetime.datetime) -> ServerCertificate:
    """The certificate in `folder`, made anew when it is missing, broken, near its end, or lacks one of `names`.

    Both files are replaced by rename; a crash between the two leaves a pair that does not match, which is made anew.
    Raises OSError when the folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_path, certificate_path = folder / "tls-key.pem", folder / "tls-cert.pem"
    certificate = _usable(key_path, certificate_path, names, now)
    if certificate is None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _make(key, names, now)
        pem = serialization.Encoding.PEM
        plain = serialization.NoEncryption()
        _replace(key_path, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain), 0o600)
        _replace(certificate_path, certificate.public_bytes(pem), 0o644)
    return ServerCertificate(key_path, certificate_path, fingerprint(certificate))


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, upper-case hex with colons."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _usable(
    key_path: Path, certificate_path: Path, names: list[str], now: datetime.datetime
) -> x509.Certificate | None:
    try:
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    except (OSError, ValueError, TypeError):
        return None
    key_path.chmod(0o600)
    is_own = key.public_key() == certificate.public_key()
    is_fresh = (
        certificate.not_valid_before_utc
        <= now
        <= certificate.not_valid_after_utc - datetime.timedelta(days=RENEW_BEFORE_DAYS)
    )
    return certificate if is_own and is_fresh and set(names) <= _names_of(certificate) else None


def _names_of(certificate: x509.Certificate) -> set[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return set(names.get_values_for_type(x509.DNSName)) | {str(a) for a in names.get_values_for_type(x509.IPAddress)}


def _make(key: ec.EllipticCurvePrivateKey, names: list[str], now: datetime.datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Stoop doorbell")])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=LIFE_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _replace(path: Path, data: bytes, mode: int) -> None:
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
