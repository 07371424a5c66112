"""Base of all tables of `production.toml`: known fields only, nothing converted."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of a file that people edit."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
