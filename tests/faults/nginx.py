"""The nginx of deploy/nginx.conf, on free ports of the loopback, with a certificate of its own.

Whatever is changed of the file is changed here, and each change must find what it changes. Debian's package `nginx`
brings the program, unpacked by `scripts/setup --test` if it is not installed; without it whoever asks is skipped.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.faults.service import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "deploy" / "nginx.conf"
UNPACKED = ROOT / ".venv" / "nginx" / "usr" / "sbin" / "nginx"
HOST = "vouchers.example.gov.cn"
START_SECONDS_MAX = 20
LOG_SECONDS_MAX = 20
FRAME = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
{user}
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/voucher.conf;
}}
"""


def installed() -> str:
    """Return the program; skips the test, loudly, where there is none."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") or shutil.which(str(UNPACKED))
    if not found:
        pytest.skip("NO NGINX: install Debian's nginx. deploy/nginx.conf was not tested.")
    return found


@dataclass
class Nginx:
    """A running nginx; `plain` and `secure` are its ports without and with TLS."""

    folder: Path
    plain: int
    secure: int
    certificate: Path
    _callers: dict[str, urllib3.HTTPSConnectionPool] = field(default_factory=dict)

    def ask(self, method: str, path: str, *, caller: str = "127.0.0.1", **request: Any) -> urllib3.BaseHTTPResponse:
        """Ask over TLS from an address of this machine, and follow nobody elsewhere."""
        headers = {"Host": HOST, **request.pop("headers", {})}
        return self._from(caller).request(method, path, headers=headers, redirect=False, **request)

    def _from(self, caller: str) -> urllib3.HTTPSConnectionPool:
        if caller not in self._callers:
            self._callers[caller] = urllib3.HTTPSConnectionPool(
                "127.0.0.1",
                self.secure,
                ca_certs=str(self.certificate),
                server_hostname=HOST,
                assert_hostname=HOST,
                source_address=(caller, 0),
                retries=False,
                timeout=30,
            )
        return self._callers[caller]

    def hang_up(self) -> None:
        for pool in self._callers.values():
            pool.close()

    def ask_in_clear(self, path: str) -> urllib3.BaseHTTPResponse:
        address = f"http://127.0.0.1:{self.plain}{path}"
        return urllib3.request("GET", address, headers={"Host": HOST}, redirect=False, retries=False, timeout=30)

    def complaints(self) -> str:
        return (self.folder / "error.log").read_text()

    def log(self) -> str:
        """Return the access log once it has a line: nginx writes one after the answer has gone."""
        deadline = time.monotonic() + LOG_SECONDS_MAX
        while not (said := (self.folder / "access.log").read_text()).endswith("\n"):
            if time.monotonic() > deadline:
                raise AssertionError("nginx logged nothing")
            time.sleep(0.01)
        return said


@contextmanager
def nginx_before(port: int, folder: Path, **changes: str) -> Iterator[Nginx]:
    """Run nginx with the project's configuration in front of a port, with changes in its text by keyword."""
    program = installed()
    folder.mkdir()
    certificate = _certify(folder)
    running = Nginx(folder, free_port(), free_port(), certificate)
    for_this_machine = {
        "127.0.0.1:8000": f"127.0.0.1:{port}",
        "listen 80;": f"listen 127.0.0.1:{running.plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{running.secure} ssl;",
        "/etc/voucher-service/tls/fullchain.pem": str(certificate),
        "/etc/voucher-service/tls/key.pem": str(folder / "key.pem"),
        "/var/log/nginx/voucher.log": str(folder / "access.log"),
    }
    text = CONFIGURATION.read_text(encoding="utf-8")
    for written, instead in {**for_this_machine, **changes}.items():
        assert written in text, written
        text = text.replace(written, instead)
    (folder / "voucher.conf").write_text(text, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(FRAME.format(folder=folder, user=user))
    command = [program, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False, timeout=60)
    assert tried.returncode == 0, tried.stderr
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        _await(process, running)
        yield running
    finally:
        running.hang_up()
        process.terminate()
        process.wait(30)


class Recorder(ThreadingHTTPServer):
    """Stands in the service's place and keeps what nginx says: the headers of each request, and whose connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keeper)
        self.heard: list[dict[str, str]] = []
        self.connections: set[int] = set()


class _Keeper(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer on a kept connection waits 40 ms
    server: Recorder

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.heard.append({name.lower(): value for name, value in self.headers.items()})
        self.server.connections.add(self.client_address[1])
        body = b"body { color: black }\n" * 400
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if self.path.startswith("/static/") else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def recorder() -> Iterator[Recorder]:
    server = Recorder()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _await(process: subprocess.Popen[bytes], running: Nginx) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            socket.create_connection(("127.0.0.1", running.secure), timeout=1).close()
        except OSError:
            assert process.poll() is None, (running.folder / "said").read_text()
            assert time.monotonic() < deadline, running.complaints()
            time.sleep(0.05)
        else:
            return


def _certify(folder: Path) -> Path:
    """Write a certificate that certifies itself, and its key; return the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    today = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    (folder / "fullchain.pem").write_bytes(built.public_bytes(encoding))
    return folder / "fullchain.pem"
