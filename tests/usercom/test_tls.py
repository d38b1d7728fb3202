"""The deadline of a call holds below TLS as well: in the handshake and in the answer."""

import datetime
import ipaddress
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from usercom import Client, Throttle, UnreachableError

from .conftest import API_KEY
from .stub import Answer, Stub

JANE = {"id": 7, "email": "jane@example.com"}


def certificate(folder):
    """Make a certificate for this machine; returns the file that holds it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none) + signed.public_bytes(pem)
    )
    return file


@pytest.fixture
def hasty_over_tls(tmp_path, monkeypatch):
    file = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    with (
        Stub(context) as stub,
        Client(stub.url, API_KEY, throttle=Throttle(10_000), longest_call=0.5) as client,
    ):
        yield stub, client


@pytest.mark.parametrize("fault", ["headers", "continue", "drip", "endless"])
def test_an_answer_that_never_ends(hasty_over_tls, fault):
    stub, client = hasty_over_tls
    stub.on("GET /users/7/", JANE)
    stub.on("GET /users/8/", Answer({**JANE, "note": "x" * 100}, fault=fault))
    assert client.get_user(7).id == 7
    with pytest.raises(UnreachableError, match="too slow"):
        client.get_user(8)
    assert client.get_user(7).id == 7


def test_a_handshake_that_drips():
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def drip():
            connection, _address = server.accept()
            with connection:
                connection.sendall(b"\x16\x03\x03\x3f\xff")  # a long record begins
                while not done.wait(0.02):
                    connection.sendall(b"\0")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        client = Client(url, API_KEY, throttle=Throttle(10_000), longest_call=0.3)
        with client, pytest.raises(UnreachableError, match="too slow"):
            client.get_user(7)
        done.set()
