"""The command `jangbu`: parse, call one use case, print."""
