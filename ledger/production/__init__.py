"""A production's folder: its private registry, its keys and stores, opened together."""
