"""Every c2pa setting in one place, closed against typing errors.

c2pa takes an unknown key without a word, so a misspelt `thumbnail` would cost 25 times
the time and leak a picture into every frame. Here unknown keys are refused, and
`pipeline.credentials.selftest` shows at start-up that the settings are in force.

What is fixed is not a choice of the user: no thumbnails (cost, and a second copy of
the picture), no network (a reader must not tell anybody what it reads), no actions
that c2pa thinks up by itself.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, Self, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import SettingsError

C2paSettings: TypeAlias = dict[str, Any]

# Shown by readers beside "trusted"; never fetched.
_TRUST_LIST_NAME: Final = "https://jangbu.invalid/trust"

# What the signer vouches for. An external reference is gathered, not created: that
# is what spec 2.4 §18.24.1 asks for, since the log's pages are not in the file.
_CREATED: Final = ("c2pa.actions", "c2pa.ingredient", "kr.jangbu.frame")


class CredentialSettings(BaseModel):
    """What may be chosen about signing and reading.

    Attributes:
        roots_pem: authorities that a reader trusts, PEM; none means that nothing
            can be more than valid.
        verify_after_sign: let c2pa read its own claim back after each signature.
            Off: it costs 1 to 6 ms more for a 1080p frame, never reads the written
            picture, and what it catches is caught once by the sealer
            (key against certificate, chain, dates) and by the self-test.
        max_manifest_mb: largest manifest that a reader unpacks.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    roots_pem: tuple[bytes, ...] = ()
    verify_after_sign: bool = False
    max_manifest_mb: int = Field(default=8, ge=1, le=64)

    @classmethod
    def parse(cls, raw: Mapping[str, object]) -> Self:
        """Settings from named values, as a configuration file would give them.

        Raises:
            SettingsError: a name is unknown, or a value of another type.
        """
        try:
            return cls.model_validate(dict(raw))
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False)[0]
            raise SettingsError(
                f"the settings {', '.join(sorted(cls.model_fields))}",
                met=str(fault["msg"]),
                advice="Correct the name or the value; c2pa itself would ignore it.",
                where=".".join(map(str, fault["loc"])),
            ) from error

    def rendered(self, use: Literal["sign", "read"]) -> C2paSettings:
        """The settings as c2pa takes them."""
        return {
            "version": 1,
            "builder": _builder(),
            "core": {
                # An empty list blocks every host; leaving it out allows all.
                "allowed_network_hosts": [],
                "allow_redirects": False,
                "decode_identity_assertions": False,
                "max_decompressed_manifest_size_in_mb": self.max_manifest_mb,
            },
            "trust": self._trust(),
            "verify": {
                "verify_after_reading": True,
                "verify_after_sign": self.verify_after_sign and use == "sign",
                "verify_trust": True,
                "ocsp_fetch": False,
                "remote_manifest_fetch": False,
            },
        }

    def _trust(self) -> C2paSettings:
        if not self.roots_pem:
            return {"anchors": []}
        anchors = b"".join(pem for root in self.roots_pem for pem in _checked(root))
        return {
            "anchors": [
                {
                    "trust_kind": "manifest",
                    "trust_uri": _TRUST_LIST_NAME,
                    "trust_anchors": anchors.decode("ascii"),
                }
            ]
        }


def _builder() -> C2paSettings:
    automatic = ("auto_created_action", "auto_opened_action", "auto_placed_action")
    return {
        "thumbnail": {"enabled": False},
        "actions": {name: {"enabled": False} for name in automatic},
        "auto_timestamp_assertion": {"enabled": False},
        "created_assertion_labels": list(_CREATED),
    }


def _checked(root: bytes) -> list[bytes]:
    # c2pa takes nonsense as an empty list of anchors, which reads as "untrusted".
    try:
        found = x509.load_pem_x509_certificates(root)
    except ValueError as error:
        raise SettingsError(
            "trust anchors as PEM certificates",
            met="something else",
            advice="Name a file that begins with -----BEGIN CERTIFICATE-----.",
            where="roots_pem",
        ) from error
    return [one.public_bytes(Encoding.PEM) for one in found]
