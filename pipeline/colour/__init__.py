"""Colour spaces: curves as tables, primaries, and a show's own transforms."""
