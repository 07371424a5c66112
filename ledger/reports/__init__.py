"""Documents for people: one JSON document, typeset."""
