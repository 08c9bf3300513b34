"""What one task hands to the next."""

import dataclasses
import datetime
import decimal
import enum
import math
import pathlib
import threading

from airflow.sdk import DAG, task


def handed_over(dag_id, make, is_same=None):
    """A value that a task returns, and a task that is given it and looks whether it is what it was."""
    with DAG(dag_id, schedule=None):

        @task
        def gives():
            return make()

        @task
        def takes(value):
            expected = make()
            if is_same is not None:
                assert is_same(value), value
            else:
                assert value == expected, value
                assert type(value) is type(expected), type(value)

        takes(gives())


@dataclasses.dataclass
class Point:
    x: int


class Plain:
    def __eq__(self, other):
        return isinstance(other, Plain)

    __hash__ = None


class Colour(enum.Enum):
    RED = "red"


def frame():
    import pandas

    return pandas.DataFrame({"a": [1, 2]})


def circular():
    circle = []
    circle.append(circle)
    return circle


# None.
handed_over("value_none", lambda: None)

# A megabyte of text.
handed_over("value_large", lambda: "x" * 1_000_000)

# A whole number beyond 64 bits.
handed_over("value_large_number", lambda: 2**70)

# Not a number.
handed_over("value_nan", lambda: math.nan, math.isnan)

# Infinity.
handed_over("value_infinity", lambda: math.inf)

# A text with the character 0, which PostgreSQL cannot keep.
handed_over("value_with_nul", lambda: "a\x00b")

# A text with half of a surrogate pair, which UTF-8 cannot write.
handed_over("value_with_surrogate", lambda: "a\ud800b")

# A tuple.
handed_over("value_tuple", lambda: (1, 2))

# A set.
handed_over("value_set", lambda: {1, 2})

# Bytes.
handed_over("value_bytes", lambda: b"\x00\xff")

# A dictionary whose keys are no texts.
handed_over("value_number_keys", lambda: {1: "one"})

# A dictionary whose keys are tuples.
handed_over("value_tuple_keys", lambda: {(1, 2): "pair"})

# A dictionary with a key that Airflow uses itself.
handed_over("value_reserved_key", lambda: {"__classname__": "x", "__data__": 1})

# A moment.
handed_over("value_moment", lambda: datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc), bool)

# A date.
handed_over("value_date", lambda: datetime.date(2025, 1, 1), bool)

# A span.
handed_over("value_span", lambda: datetime.timedelta(seconds=1))

# A decimal number.
handed_over("value_decimal", lambda: decimal.Decimal("0.1"))

# A path.
handed_over("value_path", lambda: pathlib.Path("/somewhere"))

# A data class of the DAG file.
handed_over("value_dataclass", lambda: Point(1), bool)

# An object of a class that knows nothing of Airflow.
handed_over("value_object", Plain)

# An enumeration of the DAG file.
handed_over("value_enumeration", lambda: Colour.RED)

# An exception.
handed_over("value_exception", lambda: ValueError("x"), bool)

# A function.
handed_over("value_function", lambda: print)

# A lock.
handed_over("value_lock", threading.Lock)

# A generator.
handed_over("value_generator", lambda: (number for number in (1, 2)), bool)

# A list that contains itself.
handed_over("value_circular", circular)

# A table.
handed_over("value_table", frame, lambda value: list(value["a"]) == [1, 2])

# Several outputs.
with DAG("outputs_several", schedule=None):

    @task(multiple_outputs=True)
    def gives():
        return {"a": 1, "b": 2}

    @task
    def takes(a, b):
        assert (a, b) == (1, 2)

    given = gives()
    takes(given["a"], given["b"])

# Several outputs, of which one is missing.
with DAG("outputs_one_missing", schedule=None):

    @task(multiple_outputs=True)
    def gives():
        return {"a": 1}

    @task
    def takes(b):
        assert b is None

    takes(gives()["b"])

# Several outputs that are no dictionary.
with DAG("outputs_no_dictionary", schedule=None):

    @task(multiple_outputs=True)
    def gives():
        return [1, 2]

    gives()

# Several outputs whose names are numbers.
with DAG("outputs_number_names", schedule=None):

    @task(multiple_outputs=True)
    def gives():
        return {1: "one"}

    gives()

# A value of a task that pushes none.
with DAG("value_not_pushed", schedule=None):

    @task(do_xcom_push=False)
    def gives():
        return 1

    @task
    def takes(value):
        assert value is None

    takes(gives())

# A value of a task that has skipped.
with DAG("value_of_skipped", schedule=None):

    @task
    def skips():
        from airflow.exceptions import AirflowSkipException

        raise AirflowSkipException

    @task(trigger_rule="all_done")
    def takes(value):
        assert value is None

    takes(skips())

# A value of a task that has failed, pushed before it failed.
with DAG("value_of_failed", schedule=None):

    @task
    def pushes_and_fails(ti):
        ti.xcom_push(key="half", value=1)
        raise ValueError

    @task(trigger_rule="all_done")
    def takes(ti):
        assert ti.xcom_pull(task_ids="pushes_and_fails", key="half") == 1

    pushes_and_fails() >> takes()

# A value of a task that does not stand before it, and that has never run.
with DAG("value_of_unknown_task", schedule=None):

    @task
    def pulls(ti):
        assert ti.xcom_pull(task_ids="no_such_task") is None

    pulls()

# A key that nobody pushes.
with DAG("value_of_unknown_key", schedule=None):

    @task
    def gives():
        return {"a": 1}

    @task
    def takes(value):
        return value["b"]

    takes(gives())
