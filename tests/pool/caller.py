"""What the tests of a killed caller kill: a process that waits for jobs which do not end."""

from __future__ import annotations

import os
import sys

from windtunnel.pool import Job, Pool

with Pool("hostile:warm_up", environment=os.environ, size=2, max_memory=512) as pool:
    jobs = [Job(name, f"hostile:{name}", (), 600.0) for name in ("print_forever", "leave_a_daemon_and_loop")]
    next(pool.map([Job("first", "hostile:answer", (), 60.0)]))
    print("mapping", flush=True)
    list(pool.map(jobs))
    sys.exit("the jobs have ended")
