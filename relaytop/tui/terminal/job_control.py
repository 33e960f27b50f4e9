"""Whether a shell would take the terminal back from a suspended program."""

from __future__ import annotations

import os


def has_job_control() -> bool:
    """Whether the program was started as a job by a process of the same session.

    As the first process of a terminal (`ssh -t host relaytop`, a pane of tmux) nothing could
    continue it again.
    """
    try:
        parent = os.getppid()
        return os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != os.getpgrp()
    except OSError:
        return False
