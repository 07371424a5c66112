"""The rulebook: every version of every policy, and which is in force on a day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from ledger.rules.errors import PolicyError
from ledger.rules.fields import is_day
from ledger.rules.folder import Folder, files, read_file, read_policies
from ledger.rules.lock import NAME, check_lock, read_lock
from ledger.rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Policies by id and version; `read_rulebook` checks what holds among them.

    Attributes:
        policies: sorted by id and version.
    """

    policies: tuple[Policy, ...]
    _by_id: dict[str, tuple[Policy, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id = defaultdict[str, list[Policy]](list)
        for policy in sorted(self.policies, key=lambda one: (one.id, -one.version)):
            by_id[policy.id].append(policy)
        versions = {name: tuple(found) for name, found in by_id.items()}
        object.__setattr__(self, "_by_id", versions)

    def ids(self) -> tuple[str, ...]:
        """Ids of all policies, sorted."""
        return tuple(sorted(self._by_id))

    def versions(self, policy_id: str) -> Sequence[Policy]:
        """Every version of a policy, the highest first.

        Raises:
            PolicyError: if there is none.
        """
        versions = self._by_id.get(policy_id)
        if versions is None:
            raise PolicyError(
                "the id of a policy in the rulebook",
                met=policy_id[:80],
                advice="The files under policies/ have the ids.",
            )
        return versions

    def in_force(self, policy_id: str, on: str) -> Policy | None:
        """The version in force on a day; `None` if none is, never the nearest one.

        Raises:
            PolicyError: if the policy has no version at all, or the day is none.
        """
        if not is_day(on):
            raise PolicyError(
                "a day, YYYY-MM-DD", met=on[:40], advice="Give the day to be asked."
            )
        # A higher version on the same day supersedes: the folder was checked.
        for policy in self.versions(policy_id):
            if policy.holds_on(on):
                return policy
        return None


def read_rulebook(folder: Folder) -> Rulebook:
    """Read the policies under a folder and hold them against its `LOCK`.

    Raises:
        MalformedPolicyError: with the file and the key.
        ReleasedPolicyError: if a released version was edited or is gone.
        PolicyError: if a file cannot be read.
    """
    policies = read_policies(folder)
    for name, file in files(folder):
        if name == NAME:
            check_lock(policies, read_lock(read_file(file, name)))
    return Rulebook(policies)


@cache
def packaged_rulebook() -> Rulebook:
    """The policies that this version brings along; read once."""
    return read_rulebook(resources.files("policies"))
