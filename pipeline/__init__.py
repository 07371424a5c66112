"""The frame pipeline: from source files to measured, sealed and recorded frames."""
