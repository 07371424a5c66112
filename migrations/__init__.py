"""Alembic migrations of the log's database; revision 1 is frozen."""
