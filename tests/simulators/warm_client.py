"""Stands for `jangbu` on the path: hands a call to the process that is warm.

Copied as an executable beside the socket `at`, whose other end `warm_server.py` is.
It gives away its arguments, folder, environment and three streams, passes signals on,
and ends as the command ends. Whatever takes long to import is left out.
"""

import marshal
import os
import signal
import socket
import sys

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def call(line: socket.socket) -> int:
    """Have the command run; how it ended, as `waitpid` says it."""
    umask = os.umask(0)
    os.umask(umask)
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    folder = os.getcwd()  # noqa: PTH109  # pathlib takes long to import
    told = sys.argv, folder, dict(os.environ), umask, ignored
    # A signal that comes before there is anybody to pass it on to waits.
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    raw = marshal.dumps(told)
    socket.send_fds(line, [len(raw).to_bytes(4, "big")], [0, 1, 2])
    line.sendall(raw)
    process = int.from_bytes(line.recv(4), "big")
    for number in PASSED_ON:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: os.kill(process, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    return int.from_bytes(line.recv(4), "big")


def main() -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(os.path.join(os.path.dirname(__file__), "at"))  # noqa: PTH118, PTH120  # as above
        status = call(line)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


if __name__ == "__main__":
    main()
