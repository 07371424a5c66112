"""Erasable values: what private fields hide, apart from the log and from the keys."""
