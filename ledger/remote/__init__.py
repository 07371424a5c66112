"""The ledger over HTTP, seen from its client: signed requests, and answers checked."""
