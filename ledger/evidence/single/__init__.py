"""The verifier of one file: standard library only, put together by `assembling`."""
