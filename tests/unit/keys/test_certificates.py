"""The development chain holds together and says what it is."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from ledger.errors import KeyStoreError, MalformedRecordError
from ledger.keys.certificates import MARK, DevelopmentChain, make_development_chain

NOW = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
def chain() -> DevelopmentChain:
    return make_development_chain("studio", NOW)


def certificates(chain: DevelopmentChain) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(chain.chain_pem + chain.root_pem)


def test_each_certificate_is_issued_by_the_next_and_the_root_by_itself(
    chain: DevelopmentChain,
) -> None:
    leaf, issuing, root = certificates(chain)
    leaf.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)


def test_the_leaf_is_no_authority_and_its_issuer_may_make_leaves_only(
    chain: DevelopmentChain,
) -> None:
    leaf, issuing, root = [
        certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        for certificate in certificates(chain)
    ]
    assert (leaf.ca, issuing.ca, root.ca) == (False, True, True)
    assert (issuing.path_length, root.path_length) == (0, 1)


def test_the_key_is_the_leafs_own_on_p256(chain: DevelopmentChain) -> None:
    key = load_pem_private_key(chain.key_pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.curve.name == "secp256r1"
    assert key.public_key() == certificates(chain)[0].public_key()


def test_every_name_is_marked_and_holds_nothing_but_the_token(
    chain: DevelopmentChain,
) -> None:
    for certificate in certificates(chain):
        for name in (certificate.subject, certificate.issuer):
            values = {attribute.oid: str(attribute.value) for attribute in name}
            assert values.pop(NameOID.ORGANIZATION_NAME) == MARK
            assert values.pop(NameOID.COMMON_NAME).startswith(f"{MARK}: ")
            assert values == {NameOID.ORGANIZATIONAL_UNIT_NAME: "studio"}


def test_authorities_outlive_what_they_sign(chain: DevelopmentChain) -> None:
    leaf, issuing, root = certificates(chain)
    start = NOW.replace(microsecond=0) - timedelta(minutes=5)
    assert {c.not_valid_before_utc for c in (leaf, issuing, root)} == {start}
    assert (
        NOW + timedelta(days=700)
        < leaf.not_valid_after_utc
        < issuing.not_valid_after_utc
        < root.not_valid_after_utc
    )


def test_two_chains_share_no_key_and_no_serial_number(chain: DevelopmentChain) -> None:
    other = make_development_chain("studio", NOW)
    assert other.key_pem != chain.key_pem
    assert not {c.serial_number for c in certificates(other)} & {
        c.serial_number for c in certificates(chain)
    }


def test_the_private_key_is_not_shown_by_repr(chain: DevelopmentChain) -> None:
    assert "PRIVATE" not in repr(chain)


@pytest.mark.parametrize("token", ["", "Studio Kim", "스튜디오", "a\n"])
def test_a_name_that_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(MalformedRecordError):
        make_development_chain(token, NOW)


def test_a_token_that_a_certificate_cannot_hold_is_refused() -> None:
    with pytest.raises(KeyStoreError):
        make_development_chain("a" * 65, NOW)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(KeyStoreError):
        make_development_chain("studio", NOW.replace(tzinfo=None))
