"""Runs one command and prints what it took, as JSON: wall and CPU time, peak memory, status, output.

A process starts out with the peak memory of the one that started it; started from here, from a process of
10 MB, it shows its own. Nothing but the standard library is imported for that reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time


def main(command: list[str]) -> int:
    """Run the command; the exit status is 0 even if the command failed, which the JSON says."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        out.seek(0)
        err.seek(0)
        unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
        taken = {
            "wall_s": wall_s,
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "peak_mb": usage.ru_maxrss * unit / 1e6,
            "status": os.waitstatus_to_exitcode(status),
            "stdout": out.read().decode(errors="replace"),
            "stderr": err.read().decode(errors="replace"),
        }
    print(json.dumps(taken))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
