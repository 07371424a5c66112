"""Evidence for others: bundles, and the offline verifier that judges them."""
