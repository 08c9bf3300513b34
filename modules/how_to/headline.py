"""The strongest gust -> one sentence that also says why this run took place.

Lesson 4: the config entry `run_type` is a fact of the Airflow run (`scheduled`, `manual`, `backfill` ...).
"""

from hamilton.function_modifiers import config


@config.when(run_type="scheduled")
def occasion__scheduled() -> str:
    """What a run by the schedule calls itself."""
    return "as scheduled"


@config.when_not(run_type="scheduled")
def occasion__requested() -> str:
    """What any run that somebody or something asked for calls itself."""
    return "on request"


def headline(strongest_gust: float, unit: str, occasion: str) -> str:
    """For example `Strongest gust: 29.2 knots (on request)`."""
    return f"Strongest gust: {strongest_gust:.1f} {unit} ({occasion})"
