"""The process behind `warm_client.py`: every library read, and nothing done yet.

    warm_server.py SOCKET

For each call it forks; the copy takes over the caller's streams, folder, environment
and arguments, and goes on as the command does. Once its own standard input ends, so
does it.
"""

import atexit
import gc
import marshal
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
from importlib import import_module
from io import TextIOWrapper

PACKAGES = ("ledger", "pipeline")


def import_everything() -> None:
    """Import what commands import when they are called."""
    for name in PACKAGES:
        package = import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            import_module(module.name)
    # What is there by now no copy has to look at.
    gc.collect()
    gc.freeze()


def serve(listening: socket.socket) -> bool:
    """Take calls; returns true in a copy that is to run one, false at the end."""
    while True:
        ready, _, _ = select.select([listening.fileno(), 0], [], [])
        if listening.fileno() not in ready:
            return False
        line, _ = listening.accept()
        if os.fork():
            line.close()
        else:
            listening.close()
            return watch(line)


def watch(line: socket.socket) -> bool:
    """Start one call in a process of its own, and tell the caller how that ends."""
    head, streams, _, _ = socket.recv_fds(line, 4, 3)
    length = int.from_bytes(head, "big")
    raw = b""
    while len(raw) < length:
        raw += line.recv(length - len(raw))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    process = os.fork()
    if not process:
        line.close()
        become(streams, *marshal.loads(raw))  # noqa: S302  # our own client's
        return True
    for stream in streams:
        os.close(stream)
    line.sendall(process.to_bytes(4, "big"))
    ended = os.pidfd_open(process)
    ready, _, _ = select.select([ended, line.fileno()], [], [])
    if ended not in ready:
        # The caller was killed.
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if ended in ready:
        line.sendall(status.to_bytes(4, "big"))
    os._exit(0)


def become(
    streams: list[int],
    arguments: list[str],
    folder: str,
    environment: dict[str, str],
    umask: int,
    ignored: bool,  # noqa: FBT001
) -> None:
    """Be as a process that the caller has started."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN if ignored else signal.default_int_handler
    )
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # The two others are buffered as this interpreter was told to, whoever they are.
    own = sys.stdin
    sys.stdin = open(0, encoding=own.encoding, errors=own.errors, newline="\n")  # noqa: SIM115  # for good
    sys.__stdin__ = sys.stdin  # type: ignore[misc]  # nothing has read from either
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=os.isatty(1))
    sys.argv = arguments
    os.chdir(folder)
    os.umask(umask)
    os.environ.clear()
    os.environ.update(environment)


def run() -> None:
    """Run the command, and end."""
    code: object = 0
    try:
        import_module("ledger.cli.entry").main()
    except SystemExit as end:
        code = end.code or 0
    if isinstance(code, int) and flushed():
        # An interpreter would now take apart all that was imported, which takes long.
        os._exit(code)
    sys.exit(code)  # type: ignore[arg-type]  # it is what it was given


def flushed() -> bool:
    """Do what is left to do at an interpreter's end; whether that went well."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return False
    return True


def main() -> None:
    import_everything()
    # Nobody asks how those that watch have ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen()
        if serve(listening):
            run()


if __name__ == "__main__":
    main()
