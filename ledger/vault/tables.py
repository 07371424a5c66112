"""The tables of the vault; unlike the log's they are not append-only and may change.

Nothing in them is content: values and blinds are ciphertext. In clear stand the
statement's id, the path of a field and the reference of a key. A party appears by its
uid alone; names are values like all others.
"""

from typing import ClassVar, Final

from sqlalchemy import LargeBinary, MetaData
from sqlmodel import Field, SQLModel

APPLICATION_ID: Final = 0x4A425654
"""Marks the file as a vault ("JBVT"), so that no other database is taken for one."""

SCHEMA_VERSION: Final = 2
"""Stands in PRAGMA user_version; a newer one is refused.

1: values, tombstones, erasures, authorities, locations. 2: the index of names, empty in
a vault of version 1 and made when somebody searches.
"""

metadata = MetaData()


class Row(SQLModel):
    """Base of all tables; their own metadata keeps them out of the log's migrations."""

    metadata: ClassVar[MetaData] = metadata


class ValueRow(Row, table=True):
    """What hides behind one commitment, sealed under the data key of `key_ref`.

    The path "" stands for the statement itself: its row holds b("") and b("/by").
    """

    __tablename__ = "value"

    statement: str = Field(primary_key=True)
    path: str = Field(primary_key=True)
    key_ref: str = Field(index=True)
    nonce: bytes = Field(sa_type=LargeBinary)
    ciphertext: bytes = Field(sa_type=LargeBinary)


class TombstoneRow(Row, table=True):
    """A value was here and was erased; not whose it was."""

    __tablename__ = "tombstone"

    statement: str = Field(primary_key=True)
    path: str = Field(primary_key=True)


class ErasureRow(Row, table=True):
    """How many values of somebody were erased, so that a second run can say it again.

    Attributes:
        person: digest of the uid; who does not have the uid learns nothing from it.
    """

    __tablename__ = "erasure"

    person: str = Field(primary_key=True)
    count: int


class AuthorityRow(Row, table=True):
    """For which party a signing key speaks."""

    __tablename__ = "authority"

    key_id: str = Field(primary_key=True)
    party: str = Field(index=True)


class LocationRow(Row, table=True):
    """Where an output root lies now; its token is what statements are keyed by."""

    __tablename__ = "location"

    token: str = Field(primary_key=True)
    path: str


class NameTokenRow(Row, table=True):
    """Where a word, a syllable or a whole name stands, by its blinded token.

    The whole table goes with every erasure, and so does the key of its tokens.
    """

    __tablename__ = "name_token"

    token: bytes = Field(primary_key=True, sa_type=LargeBinary)
    statement: str = Field(primary_key=True)
    path: str = Field(primary_key=True)


class NameIndexRow(Row, table=True):
    """How far the index of names reaches; one row, or none.

    Attributes:
        mark: token of nothing: tells whether the index was made with today's key.
        size: entries of the log that were looked at.
    """

    __tablename__ = "name_index"

    mark: bytes = Field(primary_key=True, sa_type=LargeBinary)
    size: int


values = metadata.tables["value"]
tombstones = metadata.tables["tombstone"]
erasures = metadata.tables["erasure"]
authorities = metadata.tables["authority"]
locations = metadata.tables["location"]
name_tokens = metadata.tables["name_token"]
name_index = metadata.tables["name_index"]
