"""Master keys in a PKCS#11 token (OASIS PKCS#11 2.40): an HSM, a card, or SoftHSM.

The key never leaves the token: wrapping and unwrapping are its work, by CKM_AES_GCM.
The library is imported when a token is used, as it is an extra (`pkcs11`).
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ledger.errors import MasterKeyError, UnreadableInputError
from ledger.files import read_bounded
from ledger.keys.wrapped import refused

PIN: Final = "JANGBU_PKCS11_PIN"
"""Where the PIN is found if no file with it is named."""

_ID: Final = b"jangbu/master/pkcs11/1\0"
_LONGEST_PIN: Final = 256
_LOCK: Final = threading.Lock()
_SESSIONS: Final[dict[tuple[int, str, str], Any]] = {}
"""By process, module and token: a program is logged in to a token once (PKCS#11 §5.6),
and a session belongs to the process that opened it, not to its forks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMaster:
    """A master key inside a token; implements `ledger.keys.wrapped.Master`.

    Attributes:
        module: the vendor's PKCS#11 library.
        token: label of the token.
        key: label of the AES key in it.
        pin_file: where the user's PIN stands; `None`: in the environment.
    """

    module: str
    token: str
    key: str
    pin_file: str | None = None

    @property
    def id(self) -> str:
        """Sixteen hex digits of a digest of the two labels."""
        labels = f"{self.token}\0{self.key}".encode()
        return sha256(_ID + labels).hexdigest()[:16]

    def seal(self, nonce: bytes, plain: bytes, authenticated: bytes) -> bytes:
        """Encrypt and authenticate, in the token."""
        with _wrapping(self):
            sealed = self._key().encrypt(plain, **_gcm(nonce, authenticated))
        return bytes(sealed)

    def unseal(self, nonce: bytes, sealed: bytes, authenticated: bytes) -> bytes:
        """Decrypt what was sealed, in the token.

        Raises:
            MasterKeyError: it was sealed under another key, or was changed; or the
                token cannot be used.
        """
        with _wrapping(self):
            plain = self._key().decrypt(sealed, **_gcm(nonce, authenticated))
        return bytes(plain)

    def make(self) -> None:
        """Make the key in the token unless it has one of this label.

        It can be neither read out nor changed.
        """
        import pkcs11  # noqa: PLC0415  # an extra

        with _wrapping(self), _LOCK:
            session = self._session()
            if not list(session.get_objects(self._wanted())):
                session.generate_key(
                    pkcs11.KeyType.AES,
                    256,
                    label=self.key,
                    store=True,
                    template={
                        pkcs11.Attribute.SENSITIVE: True,
                        pkcs11.Attribute.EXTRACTABLE: False,
                        pkcs11.Attribute.MODIFIABLE: False,
                    },
                )

    def _wanted(self) -> dict[Any, Any]:
        import pkcs11  # noqa: PLC0415

        return {
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
            pkcs11.Attribute.LABEL: self.key,
        }

    def _key(self) -> Any:  # noqa: ANN401  # the library has no types
        with _LOCK:
            found = list(self._session().get_objects(self._wanted()))
        if len(found) != 1:
            raise refused(
                f"{len(found)} keys of that label in the token",
                "Correct the label in keys/master.toml, or restore the token.",
                f"{self.token}/{self.key}",
            )
        return found[0]

    def _session(self) -> Any:  # noqa: ANN401
        import pkcs11  # noqa: PLC0415

        place = (os.getpid(), self.module, self.token)
        if place not in _SESSIONS:
            library = pkcs11.lib(self.module)
            if any(process != os.getpid() for process, *_ in _SESSIONS):
                library.reinitialize()
                _SESSIONS.clear()
            token = library.get_token(token_label=self.token)
            _SESSIONS[place] = token.open(rw=True, user_pin=self._pin())
        return _SESSIONS[place]

    def _pin(self) -> str:
        if self.pin_file is None:
            return os.environ.get(PIN, "")
        try:
            return read_bounded(Path(self.pin_file), _LONGEST_PIN).decode().strip()
        except (UnreadableInputError, UnicodeDecodeError) as error:
            raise refused(
                "no readable file with the token's PIN",
                "Correct pin_file in keys/master.toml, or the file.",
                self.pin_file,
            ) from error


def _gcm(nonce: bytes, authenticated: bytes) -> dict[str, Any]:
    import pkcs11  # noqa: PLC0415

    return {
        "mechanism": pkcs11.Mechanism.AES_GCM,
        "mechanism_param": pkcs11.GCMParams(nonce, authenticated, 128),
    }


@contextmanager
def _wrapping(master: TokenMaster) -> Iterator[None]:
    try:
        import pkcs11  # noqa: PLC0415
    except ImportError as error:
        raise refused(
            "no python-pkcs11, which speaks to tokens",
            "Install Jangbu with its extra: jangbu[pkcs11].",
        ) from error
    try:
        yield
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        raise _told(error, master) from error


def _told(error: Exception, master: TokenMaster) -> MasterKeyError:
    met = type(error).__name__
    if str(error):
        met += f" ({error})"
    return refused(
        f"a refusal of the token: {met}",
        "Check module, token, key and PIN in keys/master.toml, and that the token is"
        " there; a key wrapped under another master key looks the same.",
        f"{master.module}: {master.token}/{master.key}",
    )
