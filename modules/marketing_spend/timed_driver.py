"""A driver of our own: it lets the stock driver do the work, and says how long that took."""

import logging
from time import perf_counter
from typing import Any

from hamilton.driver import Driver

log = logging.getLogger(__name__)


class TimedDriver:
    """Everything that a driver can do, by delegation; `execute` is timed.

    A wrapper, not a subclass: builders make stock drivers, and every driver that a builder has made can be wrapped.
    """

    def __init__(self, stock_driver: Driver) -> None:
        self.stock_driver = stock_driver
        self.seconds: list[float] = []
        """Of each execution, in their order."""

    def __getattr__(self, name: str) -> Any:
        """Asked for what is not found here. Names of Python's own are not passed on, for copying and pickling."""
        if name.startswith("__") or name == "stock_driver":
            raise AttributeError(name)
        return getattr(self.stock_driver, name)

    def execute(self, final_vars: list[Any], *args: Any, **kwargs: Any) -> Any:
        """What the stock driver returns."""
        start = perf_counter()
        try:
            return self.stock_driver.execute(final_vars, *args, **kwargs)
        finally:
            self.seconds.append(perf_counter() - start)
            log.info("%s took %.3f s", ", ".join(map(str, final_vars)), self.seconds[-1])
