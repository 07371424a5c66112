"""The ledger over HTTP, seen from its server: the port's calls and the public log."""
