"""Errors of policy files."""

from ledger.errors import LedgerError


class PolicyError(LedgerError):
    """A policy file cannot be used."""

    code = "policy"
    exit_code = 4


class MalformedPolicyError(PolicyError):
    """A policy file has no permitted form; `where` names file and key."""

    code = "policy.malformed"


class ReleasedPolicyError(PolicyError):
    """A released policy file was edited; it has to be superseded instead."""

    code = "policy.released"
    exit_code = 5
