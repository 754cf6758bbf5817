"""The camera's process ends with the code that was meant, whatever threads a driver left behind."""

from __future__ import annotations

import subprocess
import sys

LEFT_BEHIND = """
import threading, time
from camera.__main__ import end_now
threading.Thread(target=lambda: time.sleep(600)).start()
print("said", end="")
end_now(3)
"""


def test_a_thread_that_was_left_behind_does_not_hold_up_the_end() -> None:
    done = subprocess.run([sys.executable, "-c", LEFT_BEHIND], capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout) == (3, "said")
