"""What enters the dataflows of one DAG, described without any of its values."""

from __future__ import annotations

from windtunnel.collectors.profiles import collect_profiles
from windtunnel.collectors.replays import replay_requests
from windtunnel.facts import ProfileFacts
from windtunnel.settings import Settings
from windtunnel.single_runs import SingleRuns


def profiles(settings: Settings, dag_id: str) -> tuple[ProfileFacts, ...]:
    """Run the DAG, and describe what entered each dataflow. UsageError where there is no DAG of this name."""
    with SingleRuns(settings, where="profile", records=True) as runs:
        run = runs.run(dag_id)
        requests = replay_requests(run, runs.file(dag_id))
        return tuple(collect_profiles(runs.pools.modules, requests, settings.timeout)) if requests else ()
