"""Signing and blinding keys in files, apart from the vault and its backups."""
