"""`coterie serve`, as a process: what it says, what it refuses, how it ends."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from coterie.errors import ConfigError
from coterie.faces.server.starting import address_of_server, check_tls, open_socket
from coterie.faces.services import Settings

from .conftest import PASSWORD, csrf_of

# The command as it is mounted on the command line.
RUN = """
import sys
from coterie.faces import cli
from coterie.faces.serve_command import serve
if "serve" not in {c.name or c.callback.__name__ for c in cli.app.registered_commands}:
    cli.app.command()(serve)
cli.main()
"""


def command(*words: object) -> list[str]:
    return [sys.executable, "-c", RUN, "serve", *map(str, words)]


class Running:
    """A server as a process of its own."""

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen(
            command(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.said = ""
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        until = time.monotonic() + 90
        while "Stop it with" not in self.said and time.monotonic() < until:
            select.select([self.process.stdout], [], [], 1.0)
            self.said += (self.process.stdout.read() or b"").decode()
            assert self.process.poll() is None, self.said
        self.address = re.search(r"Coterie is at (\S+)", self.said).group(1)

    @property
    def first_link(self) -> str | None:
        found = re.search(r"http\S+/first/\S+", self.said)
        return found.group() if found else None

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.said += (self.process.stdout.read() or b"").decode()
        self.process.stdout.close()
        return code


@pytest.fixture
def pem(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    return write_pem(tmp_path, "one")


def write_pem(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.crt", folder / f"{name}.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


# Before it starts


def test_a_port_that_is_taken_is_told_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"Port {port} on 127.0.0.1 is taken .*--port"):
            open_socket("127.0.0.1", port)


def test_a_host_that_is_not_here_is_told() -> None:
    for host in ("192.0.2.1", "no such host"):
        with pytest.raises(ConfigError, match=r"no address of this machine.*--host"):
            open_socket(host, 0)


def test_a_key_of_another_certificate_is_told(tmp_path: Path) -> None:
    one, two = write_pem(tmp_path, "one"), write_pem(tmp_path, "two")
    check_tls(*one)
    with pytest.raises(ConfigError, match="does not belong to the certificate"):
        check_tls(one[0], two[1])


def test_files_that_are_no_pem_or_cannot_be_read_are_told(
    tmp_path: Path, pem: tuple[Path, Path]
) -> None:
    text = tmp_path / "text"
    text.write_text("no pem")
    with pytest.raises(ConfigError, match="cannot be used: they must be PEM"):
        check_tls(text, pem[1])
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        check_tls(pem[0], tmp_path)


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(), "http://127.0.0.1:9"),
        (Settings(host="0.0.0.0"), "http://127.0.0.1:9"),  # noqa: S104
        (Settings(host="::1"), "http://[::1]:9"),
        (Settings(public_url="https://a.example/"), "https://a.example"),
    ],
)
def test_the_address_that_is_printed_can_be_opened(settings: Settings, address: str) -> None:
    assert address_of_server(settings, 9) == address


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "70000"], "The port lies between"),
        (["--sign-up", "perhaps"], "sign_up is open, invite or closed"),
        (["--tls-cert", "/no/such.crt"], "TLS needs both"),
        (["--data-dir", "/proc/nothing"], "The data folder /proc/nothing cannot be written to"),
        (["--database-url", "postgresql://u:hidden@127.0.0.1:1/none"], "database"),
        (["--database-url", "mysql://u@h/n"], "mysql"),
        (["--config", "/no/such.toml"], "There is no settings file"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_2(
    tmp_path: Path, words: list[str], said: str
) -> None:
    if "--data-dir" not in words:
        words = [*words, "--data-dir", str(tmp_path / "data")]
    port = [] if "--port" in words else ["--port", "0"]
    done = subprocess.run(
        command(*words, *port), capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


# Running


@pytest.mark.slow
def test_the_first_account_is_made_by_a_link_that_works_once_and_survives_a_kill(
    tmp_path: Path,
) -> None:
    data = ["--port", 0, "--data-dir", tmp_path / "data"]
    server = Running(*data)
    assert server.first_link is not None
    with httpx.Client(base_url=server.address) as client:
        page = client.get(server.first_link)
        assert "The first account" in page.text
        fields = {"csrf": csrf_of(page.text), "username": "ada", "password": PASSWORD}
        made = client.post(server.first_link, data={**fields, "again": PASSWORD})
        assert made.status_code == 303
        assert "Administrator" in client.get("/account").text
        assert client.get(server.first_link).status_code == 410
        assert client.get("/health").json()["status"] == "ok"
        cookies = client.cookies
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    again = Running(*data)
    assert again.first_link is None
    with httpx.Client(base_url=again.address, cookies=cookies) as client:
        # The session outlives the server; the cookie knows no port.
        assert client.get("/account").status_code == 200
    assert again.end(signal.SIGTERM) == 0
    assert "Traceback" not in again.said


@pytest.mark.slow
def test_over_tls_the_cookie_is_secure_and_bound_to_the_host(
    tmp_path: Path, pem: tuple[Path, Path]
) -> None:
    server = Running(
        *("--port", 0, "--data-dir", tmp_path / "data", "--tls-cert", pem[0], "--tls-key", pem[1])
    )
    assert server.address.startswith("https://127.0.0.1:")
    trusting = ssl.create_default_context(cafile=str(pem[0]))
    base = server.address.replace("127.0.0.1", "localhost")
    with httpx.Client(base_url=base, verify=trusting) as client:
        link = str(server.first_link).replace("127.0.0.1", "localhost")
        fields = {"username": "ada", "password": PASSWORD, "again": PASSWORD}
        answer = client.post(link, data={"csrf": csrf_of(client.get(link).text), **fields})
        assert answer.status_code == 303
        cookie = next(c for c in answer.headers.get_list("set-cookie") if "session=" in c)
        assert cookie.startswith("__Host-coterie_session=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        assert client.get("/account").status_code == 200
    assert server.end(signal.SIGINT) == 0
    assert "Traceback" not in server.said
