"""Policies as data: the law, credits and their cases; nothing here is code."""
