"""Proofs of single facts, which anybody checks offline: an entry, a frame, a count."""
