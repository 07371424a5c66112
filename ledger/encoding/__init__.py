"""Records to bytes and back: one permitted form, digests, commitments, envelopes."""
