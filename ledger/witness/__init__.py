"""The witness: somebody else's memory of what a log had become."""
