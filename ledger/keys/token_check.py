"""What a kept time token shows, offline, against the roots that a reader trusts.

Three things are told apart: what was stamped (always checked), that the token is whole
(its own certificate), and who the authority is (a chain to one of the roots). The chain
is checked by rfc3161-client; where it cannot read a token whose certificates stand in
another order than DER's, by `openssl ts -verify`, if there is one.
"""

import shutil
import subprocess
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cryptography import x509
from rfc3161_client import (
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from ledger.errors import CheckpointError
from ledger.log.der import TimeTokenError
from ledger.log.time_signature import UNUSABLE, TokenSigner, token_signer
from ledger.log.time_token import TimeToken, check_imprint, parse_token, stamped_bytes

_SECONDS: Final = 20


class TokenState(StrEnum):
    """How much of a token holds; nothing of a refused one is to be used.

    TRUSTED: imprint, signature, and a chain to a root of the reader's.
    INTACT: imprint and signature; who the authority is was not shown.
    IMPRINT_ONLY: the imprint; the signature could not be checked here.
    """

    TRUSTED = "trusted"
    INTACT = "intact"
    IMPRINT_ONLY = "imprint-only"
    REFUSED = "refused"


class Chain(StrEnum):
    """Whether a token's certificate leads to a root that the reader trusts."""

    HOLDS = "holds"
    FAILS = "fails"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReading:
    """What a token shows.

    Attributes:
        at: the time that it states; `None` where it is refused.
        authority: the name in its certificate, which is shown only where trusted.
        until: when that certificate expires: the token has to be renewed before.
        nonce: of the request that it answers, if it has one.
        reason: a token such as `authority-unknown`; "" where it is trusted.
        met: what was wrong, for a terminal.
    """

    state: TokenState
    at: datetime | None = None
    authority: str = ""
    until: datetime | None = None
    nonce: int | None = None
    reason: str = ""
    met: str = ""

    def expired(self, now: datetime) -> bool:
        """Whether its certificate has expired: the token still says what it said."""
        return self.until is not None and self.until < now


def check_token(raw: bytes, note: bytes, roots_pem: Sequence[str]) -> TokenReading:
    """Say what a kept reply shows about a checkpoint.

    Args:
        raw: the authority's reply (TimeStampResp), as it came.
        note: the checkpoint's note; lines of witnesses do not matter.
        roots_pem: certificates of authorities that the reader trusts, one PEM each.
    """
    try:
        stamped = stamped_bytes(note)
        token = parse_token(raw)
        check_imprint(token, stamped)
        signer = token_signer(token)
    except (TimeTokenError, CheckpointError) as error:
        return TokenReading(
            state=TokenState.REFUSED, reason=error.code, met=f"{error.met}"
        )
    state, reason = _state(raw, token, signer, roots_pem)
    return TokenReading(
        state=state,
        at=token.info.at,
        authority=signer.name,
        until=signer.until,
        nonce=token.info.nonce,
        reason=reason,
    )


def _state(
    raw: bytes, token: TimeToken, signer: TokenSigner, roots_pem: Sequence[str]
) -> tuple[TokenState, str]:
    # OpenSSL takes a signature whose scheme is not the one named: ours must hold, too.
    if not signer.checked:
        return TokenState.IMPRINT_ONLY, "signature-not-checked"
    if not roots_pem:
        return TokenState.INTACT, "authority-unknown"
    match chain_of(raw, token, roots_pem):
        case Chain.HOLDS:
            return TokenState.TRUSTED, ""
        case Chain.FAILS:
            return TokenState.INTACT, "authority-not-trusted"
        case Chain.UNCHECKED:
            return TokenState.INTACT, "chain-not-checked"


def chain_of(raw: bytes, token: TimeToken, roots_pem: Sequence[str]) -> Chain:
    """Whether signature and certificates lead to a root, at the token's own time."""
    digest = token.info.imprint
    try:
        reply = decode_timestamp_response(raw)
        roots = [x509.load_pem_x509_certificate(one.encode()) for one in roots_pem]
    except ValueError:
        return _chain_by_openssl(raw, token, roots_pem)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about certificates that old tokens bring
        try:
            VerifierBuilder(roots=roots).build().verify(reply, digest)
        except (VerificationError, *UNUSABLE):
            return Chain.FAILS
    return Chain.HOLDS


def _chain_by_openssl(raw: bytes, token: TimeToken, roots_pem: Sequence[str]) -> Chain:
    program = shutil.which("openssl")
    if program is None:
        return Chain.UNCHECKED
    with TemporaryDirectory(prefix="jangbu-token-") as name:
        reply, roots = Path(name, "reply.tsr"), Path(name, "roots.pem")
        reply.write_bytes(raw)
        roots.write_text("".join(roots_pem), encoding="ascii", errors="replace")
        command = [
            *(program, "ts", "-verify", "-in", str(reply)),
            *("-digest", token.info.imprint.hex(), "-CAfile", str(roots)),
            *("-attime", str(int(token.info.at.timestamp()))),
        ]
        try:
            ran = subprocess.run(  # noqa: S603  # no shell; files of our own naming
                command, capture_output=True, check=False, timeout=_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired):
            return Chain.UNCHECKED
    return Chain.HOLDS if ran.returncode == 0 else Chain.FAILS
