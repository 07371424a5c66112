"""A real RFC 3161 authority: `openssl ts -reply` behind a loopback HTTP handler.

Root and certificate are made by the test. `HonestTime` answers with OpenSSL itself;
`forge_reply` writes replies by hand, so that a test can lie about anything that an
authority could lie about, and sign it.
"""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(
    OPENSSL is None, reason="the openssl program, which plays the authority"
)
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
REPLY_TYPE = "application/timestamp-reply"
YEAR = timedelta(days=365)

_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
{certs}
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


# --- certificates -----------------------------------------------------------------


@dataclass(frozen=True)
class Authority:
    """A root, and a certificate for time stamping under it."""

    root: x509.Certificate
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def root_pem(self) -> str:
        return _pem(self.root).decode()


def authority(
    name: str = "Example Time (fictional)",
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    purposes: Sequence[x509.ObjectIdentifier] = (TIME_STAMPING,),
    critical: bool = True,
) -> Authority:
    """Make a root and a time-stamping certificate."""
    now = datetime.now(UTC)
    since, until = since or now - YEAR, until or now + YEAR
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    root_name = _name(f"{name} root")
    root = (
        x509.CertificateBuilder()
        .subject_name(root_name)
        .issuer_name(root_name)
        .public_key(root_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 20 * YEAR)
        .not_valid_after(now + 20 * YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(root_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(_usage(signs_certificates=False), critical=True)
    )
    if purposes:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage(purposes), critical=critical
        )
    return Authority(root, builder.sign(root_key, hashes.SHA256()), key)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


# --- OpenSSL as the authority --------------------------------------------------------


@dataclass
class HonestTime:
    """Answers requests with `openssl ts -reply`, one at a time (it counts serials)."""

    folder: Path
    authority: Authority
    with_chain: bool = False
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        root, certificate = _pem(self.authority.root), _pem(self.authority.certificate)
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.pem").write_bytes(certificate)
        (self.folder / "root.pem").write_bytes(root)
        (self.folder / "tsa.key").write_bytes(
            self.authority.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        certs = f"certs = {self.folder}/root.pem" if self.with_chain else ""
        (self.folder / "tsa.cnf").write_text(
            _CONFIG.format(folder=self.folder, certs=certs)
        )

    def reply(self, request: bytes) -> bytes:
        with self._turn:
            asked, said = self.folder / "asked.tsq", self.folder / "said.tsr"
            asked.write_bytes(request)
            subprocess.run(
                [
                    *("openssl", "ts", "-reply", "-config", self.folder / "tsa.cnf"),
                    *("-section", "here", "-queryfile", asked, "-out", said),
                ],
                check=True,
                capture_output=True,
            )
            return said.read_bytes()


def verified_by_openssl(reply: bytes, stamped: bytes, root_pem: str, at: Path) -> bool:
    """What OpenSSL says of a reply; the oracle of tests."""
    (at / "oracle.tsr").write_bytes(reply)
    (at / "oracle.pem").write_text(root_pem)
    ran = subprocess.run(
        [
            *("openssl", "ts", "-verify", "-in", at / "oracle.tsr"),
            *("-digest", sha256(stamped).hexdigest()),
            *("-CAfile", at / "oracle.pem"),
        ],
        capture_output=True,
        check=False,
    )
    return ran.returncode == 0


# --- replies written by hand ---------------------------------------------------------


@dataclass(frozen=True)
class Saying:
    """What a reply says; a test replaces what it lies about."""

    imprint: bytes
    at: datetime
    nonce: int | None = None
    status: int = 0
    hashing: str = "608648016503040201"
    policy: str = "2b0601040186fd1f01"
    certificates: tuple[bytes, ...] | None = None
    names: bytes | None = None
    digest: bytes | None = None
    version: int = 1
    tail: bytes = b""


def saying(stamped: bytes) -> Saying:
    """The truth; `dataclasses.replace` makes a lie of it."""
    return Saying(
        imprint=sha256(stamped).digest(), at=datetime.now(UTC).replace(microsecond=0)
    )


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def number(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _time(at: datetime) -> bytes:
    fraction = f".{at.microsecond:06}".rstrip("0") if at.microsecond else ""
    return tlv(0x18, f"{at:%Y%m%d%H%M%S}{fraction}Z".encode())


def forge_reply(said: Saying, by: Authority) -> bytes:
    """A signed reply that says this."""
    sha = tlv(0x30, tlv(6, bytes.fromhex("608648016503040201")))
    info = tlv(
        0x30,
        number(said.version),
        tlv(6, bytes.fromhex(said.policy)),
        tlv(
            0x30,
            tlv(0x30, tlv(6, bytes.fromhex(said.hashing))),
            tlv(4, said.imprint),
        ),
        number(7),
        _time(said.at),
        b"" if said.nonce is None else number(said.nonce),
    )
    certificate = by.certificate.public_bytes(serialization.Encoding.DER)
    held = (certificate,) if said.certificates is None else said.certificates
    attributes = sorted(
        [
            _attribute("2a864886f70d010903", tlv(6, _TOKEN)),
            _attribute(
                "2a864886f70d010904", tlv(4, said.digest or sha256(info).digest())
            ),
            _attribute(
                "2a864886f70d010910022f",
                tlv(
                    0x30,
                    tlv(
                        0x30,
                        tlv(
                            0x30,
                            tlv(4, said.names or sha256(certificate).digest()),
                        ),
                    ),
                ),
            ),
        ]
    )
    signature = by.key.sign(tlv(0x31, *attributes), ec.ECDSA(hashes.SHA256()))
    signer = tlv(
        0x30,
        number(1),
        tlv(
            0x30,
            by.certificate.issuer.public_bytes(),
            number(by.certificate.serial_number),
        ),
        sha,
        tlv(0xA0, *attributes),
        tlv(0x30, tlv(6, bytes.fromhex("2a8648ce3d040302"))),
        tlv(4, signature),
    )
    signed = tlv(
        0x30,
        number(3),
        tlv(0x31, sha),
        tlv(0x30, tlv(6, _TOKEN), tlv(0xA0, tlv(4, info))),
        tlv(0xA0, *held) if held else b"",
        tlv(0x31, signer),
    )
    wrapped = tlv(0x30, tlv(6, _SIGNED), tlv(0xA0, signed))
    return tlv(0x30, tlv(0x30, number(said.status)), wrapped) + said.tail


_TOKEN = bytes.fromhex("2a864886f70d0109100104")
_SIGNED = bytes.fromhex("2a864886f70d010702")


def _attribute(name: str, value: bytes) -> bytes:
    return tlv(0x30, tlv(6, bytes.fromhex(name)), tlv(0x31, value))


# --- on loopback ---------------------------------------------------------------------


@dataclass
class Served:
    """An authority that is being served; `answer` may be exchanged meanwhile."""

    url: str
    asked: list[bytes] = field(default_factory=list)


Answer = Callable[[bytes, BaseHTTPRequestHandler], bytes | None]
"""From a request to the reply's body; `None` if the handler was used directly."""


@contextmanager
def served(answer: Answer, *, kind: str = REPLY_TYPE) -> Iterator[Served]:
    """Serve replies on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            log.asked.append(asked)
            try:
                body = answer(asked, self)
                if body is None:
                    return
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client had heard enough

        def log_message(self, *_given: object) -> None:
            """Say nothing: a test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        log = Served(f"http://127.0.0.1:{server.server_address[1]}/tsa")
        thread = threading.Thread(
            target=server.serve_forever, args=(0.02,), daemon=True
        )
        thread.start()
        try:
            yield log
        finally:
            server.shutdown()
            thread.join(60)
            assert not thread.is_alive()
