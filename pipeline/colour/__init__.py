"""Colour spaces of pictures: curves as tables, primaries, and a show's own transforms."""
