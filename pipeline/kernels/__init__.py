"""The pixel arithmetic: composing, keying, measuring, fingerprints."""
