"""Child processes for the rules that only two processes, or a dead one, can show."""

import subprocess
import sys


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start Python on `code`; it finds its arguments in `sys.argv[1:]` and inherits the test's environment."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(child: subprocess.Popen[str], expected_status: int = 0) -> str:
    """Wait for a child and return what it wrote; a signal's status is its negative number."""
    output, errors = child.communicate(timeout=60)
    assert child.returncode == expected_status, errors
    return output


def wait_for_line(child: subprocess.Popen[str]) -> str:
    """Return the next line that a running child writes."""
    assert child.stdout is not None
    return child.stdout.readline().rstrip("\n")


def run_at_once(code: str, *arguments: object, processes: int) -> list[str]:
    """Run `code` in several processes that begin together and return what each wrote.

    The code prints a line when it is ready and goes on after reading one.
    """
    children = [start(code, *arguments) for _ in range(processes)]
    for child in children:
        wait_for_line(child)
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    return [finish(child) for child in children]
