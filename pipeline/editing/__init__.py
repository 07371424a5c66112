"""Pictures before and after somebody worked on them, and cuts resolved to frames."""
