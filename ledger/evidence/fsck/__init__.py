"""Checking a production's log, blobs and vault against the copy kept outside it."""
