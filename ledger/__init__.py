"""The ledger: what was stated about a film, by whom, and the evidence for it."""
