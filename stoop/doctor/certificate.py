"""The device's own certificate: whether it is there, for how long, and whether its key is for nobody else."""

from __future__ import annotations

import datetime
import stat

from cryptography import x509

from stoop.doctor.sight import Patient, Sight, broken, good, unknown, watch

_SOON_DAYS = 14


def certificate(patient: Patient) -> Sight:
    folder = patient.data / "server"
    try:
        found = x509.load_pem_x509_certificate((folder / "tls-cert.pem").read_bytes())
        mode = stat.S_IMODE((folder / "tls-key.pem").stat().st_mode)
    except FileNotFoundError:
        return unknown("there is no certificate yet", "the server makes it at its first start")
    except PermissionError:
        return unknown("this user may not look at the certificate", "ask again with sudo")
    except ValueError:
        return broken(
            "the certificate is damaged", "restart the server: it makes a new one, and browsers warn once more"
        )
    left = found.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    if mode & 0o077:
        return broken(
            f"the key of the certificate is open to others (mode {mode:o})", "delete it and restart the server"
        )
    if left.days < 0:
        return broken("the certificate has run out", "check the clock, then restart the server: it makes a new one")
    if left.days < _SOON_DAYS:
        return watch(f"the certificate runs out in {left.days} days", "restart the server: it makes a new one")
    return good(f"the certificate is good for {left.days} days")
