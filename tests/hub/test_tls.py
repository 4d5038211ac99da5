"""Encrypted hubs: a proof that is not good, a handshake that never ends, and no way back to plain text."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fake_hub import FakeHub, Fault, Repo
from fetching import NAME, QUICK, REPOSITORY, fetching, noise, run

from desktop.errors import KotonohaError
from desktop.hub.fetch import Waiting
from desktop.hub.hub import Hub
from desktop.hub.part import PIECE_BYTES
from desktop.hub.search import search
from desktop.jobs import Cancel, Cancelled

CONTENT = noise(5 * PIECE_BYTES + 77)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody has vouched for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, *plain))
    return path


@pytest.fixture
def fake(certificate: Path) -> Iterator[FakeHub]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FakeHub(Repo(REPOSITORY, {NAME: CONTENT}), tls=context) as fake:
        yield fake


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.usefixtures("trusted")
def test_a_file_comes_over_an_encrypted_line_that_breaks(fake: FakeHub, target: Path) -> None:
    fake.store_faults = [Fault(end_after=3 * PIECE_BYTES)]
    events, _ = run(fetching(Hub(fake.url, proxy=""), target))
    assert target.read_bytes() == CONTENT
    assert [event.why.code for event in events if isinstance(event, Waiting)] == ["line_lost"]


@pytest.mark.usefixtures("trusted")
def test_a_stalled_encrypted_line_is_left(fake: FakeHub, target: Path) -> None:
    fake.store_faults = [Fault(stall_after=PIECE_BYTES)]
    cancel = Cancel()
    threading.Timer(0.5, cancel.set).start()
    with pytest.raises(Cancelled):
        run(fetching(Hub(fake.url, proxy=""), target, cancel=cancel))


def test_who_cannot_prove_to_be_the_hub_is_sent_nothing(fake: FakeHub, target: Path) -> None:
    with pytest.raises(KotonohaError) as error:
        run(fetching(Hub(fake.url, token="hf_secret", token_for_mirror=True, proxy=""), target))
    assert error.value.code == "hub_certificate"
    assert fake.seen == []


@pytest.mark.usefixtures("trusted")
def test_no_way_back_to_plain_text(fake: FakeHub, target: Path) -> None:
    with FakeHub(Repo(REPOSITORY, {NAME: CONTENT})) as plain:
        signed = plain.signed(plain.repos[REPOSITORY], NAME)
        fake.resolve_faults = [Fault(headers={"Location": signed})] * QUICK.tries
        with pytest.raises(KotonohaError) as error:
            run(fetching(Hub(fake.url, proxy=""), target))
        assert error.value.code == "hub_insecure"
        assert plain.seen == []


def test_a_handshake_that_never_ends_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cancel = Cancel()
        threading.Timer(0.3, cancel.set).start()
        with pytest.raises(Cancelled):
            search(Hub(f"https://127.0.0.1:{silent.getsockname()[1]}", proxy=""), "x", cancel)
