"""Checked arrays, and the only readers and writers of pixels."""
