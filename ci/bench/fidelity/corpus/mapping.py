"""Mapped tasks: over nothing, over too much, over what is no list, and in groups."""

from airflow.exceptions import AirflowSkipException
from airflow.sdk import DAG, task, task_group


@task
def after():
    pass


@task(trigger_rule="all_done")
def at_last():
    pass


@task
def takes(value):
    print(value)


@task
def collects(values):
    return list(values)


@task
def gives(value):
    return value


def mapped_over(dag_id, value):
    """A mapped task over what another one returns, and two tasks behind it."""
    with DAG(dag_id, schedule=None):
        takes.expand(value=gives(value)) >> [after(), at_last()]


# Over an empty list.
mapped_over("map_over_nothing", [])

# Over a list.
mapped_over("map_over_list", [1, 2])

# Over a dictionary.
mapped_over("map_over_dictionary", {"a": 1, "b": 2})

# Over a text.
mapped_over("map_over_text", "text")

# Over a number.
mapped_over("map_over_number", 3)

# Over None.
mapped_over("map_over_none", None)

# Over a tuple.
mapped_over("map_over_tuple", (1, 2))

# Over a set.
mapped_over("map_over_set", {1, 2})

# Over more than the limit of 1024.
mapped_over("map_over_too_much", list(range(1025)))

# Over an empty list that stands in the file.
with DAG("map_over_literal_nothing", schedule=None):
    takes.expand(value=[]) >> after()

# One copy fails.
with DAG("map_one_fails", schedule=None):

    @task
    def divides(number):
        return 1 / number

    divides.expand(number=[1, 0, 2]) >> [after(), at_last()]

# One copy skips.
with DAG("map_one_skips", schedule=None):

    @task
    def skips_odd(number):
        if number % 2:
            raise AirflowSkipException
        return number

    @task
    def judges(numbers):
        assert list(numbers) == [2]

    judges(skips_odd.expand(number=[1, 2, 3])) >> after()

# Every copy skips.
with DAG("map_all_skip", schedule=None):

    @task
    def skips(number):
        raise AirflowSkipException

    skips.expand(number=[1, 2]) >> [after(), at_last()]

# Over what a skipped task would have returned.
with DAG("map_over_skipped", schedule=None):

    @task
    def skips():
        raise AirflowSkipException

    takes.expand(value=skips()) >> at_last()

# Over what a failed task would have returned.
with DAG("map_over_failed", schedule=None):

    @task
    def fails():
        raise ValueError

    takes.expand(value=fails()) >> at_last()

# Over what a failed task would have returned, by a rule that does not mind.
with DAG("map_over_failed_regardless", schedule=None):

    @task
    def fails():
        raise ValueError

    takes.override(trigger_rule="all_done").expand(value=fails()) >> at_last()

# Two lists, crossed.
with DAG("map_crossed", schedule=None):

    @task
    def multiplies(a, b):
        return a * b

    @task
    def judges(products):
        assert sorted(products) == [3, 4, 6, 8]

    judges(multiplies.expand(a=[1, 2], b=gives([3, 4])))

# Two lists side by side, of different lengths.
with DAG("map_zipped", schedule=None):

    @task
    def judges(pairs):
        assert [tuple(pair) for pair in pairs] == [(1, 4), (2, 5)]

    ones, others = gives([1, 2, 3]), gives([4, 5])
    judges(collects(gives.override(task_id="mapped").expand(value=ones.zip(others))))

# Two lists one behind the other.
with DAG("map_concatenated", schedule=None):
    takes.expand(value=gives([1]).concat(gives([2, 3])))

# A function over the list, which leaves one element out.
with DAG("map_transformed", schedule=None):

    def only_even(number):
        if number % 2:
            raise AirflowSkipException
        return number

    takes.expand(value=gives([1, 2]).map(only_even)) >> at_last()

# A function over the list, which fails.
with DAG("map_transformed_fails", schedule=None):

    def divide(number):
        return 1 / number

    takes.expand(value=gives([1, 0]).map(divide)) >> at_last()

# Arguments by name, one of which the function does not have.
with DAG("map_kwargs_unknown", schedule=None):
    takes.expand_kwargs(gives([{"value": 1}, {"valeu": 2}]))

# Arguments by name, one of which is no dictionary.
with DAG("map_kwargs_no_dictionary", schedule=None):
    takes.expand_kwargs(gives([{"value": 1}, 2])) >> at_last()

# A mapped task over the copies of a mapped task.
with DAG("map_over_mapped", schedule=None):

    @task
    def doubles(number):
        return number * 2

    doubles.override(task_id="again").expand(number=doubles.expand(number=[1, 2]))

# A mapped task over the copies of a mapped task, one of which fails.
with DAG("map_over_mapped_that_fails", schedule=None):

    @task
    def divides(number):
        return 1 / number

    takes.expand(value=divides.expand(number=[1, 0]))

# A mapped task over the copies of a mapped task, one of which returns None.
with DAG("map_over_mapped_none", schedule=None):

    @task
    def maybe(number):
        return number or None

    takes.expand(value=maybe.expand(number=[1, 0]))

# A mapped group, one of whose copies fails half-way.
with DAG("map_group", schedule=None):

    @task_group
    def group(number):
        @task
        def divides(number):
            return 1 / number

        takes(divides(number))

    group.expand(number=[1, 0, 2]) >> [after(), at_last()]

# A mapped group over nothing.
with DAG("map_group_over_nothing", schedule=None):

    @task_group
    def group(number):
        takes(gives(number))

    group.expand(number=gives([])) >> [after(), at_last()]

# A mapped group with a rule inside that waits for a failure of its own copy.
with DAG("map_group_one_failed", schedule=None):

    @task_group
    def group(number):
        @task
        def divides(number):
            return 1 / number

        @task(trigger_rule="one_failed")
        def repairs():
            pass

        divides(number) >> repairs()

    group.expand(number=[1, 0])

# A mapped group with a branch inside.
with DAG("map_group_branch", schedule=None):

    @task_group
    def group(way):
        @task.branch
        def decides(way):
            return f"group.{way}"

        @task
        def left():
            pass

        @task
        def right():
            pass

        decides(way) >> [left(), right()]

    group.expand(way=["left", "right"])

# A mapped group with a short circuit inside.
with DAG("map_group_circuit", schedule=None):

    @task_group
    def group(is_open):
        @task.short_circuit
        def decides(is_open):
            return is_open

        @task
        def works():
            pass

        decides(is_open) >> works()

    group.expand(is_open=[True, False]) >> at_last()

# Names of copies that cannot be rendered.
with DAG("map_index_template_fails", schedule=None):

    @task(map_index_template="{{ nobody_knows_this.name }}")
    def works(number):
        return number

    works.expand(number=[1, 2])

# Copies that are tried again, each for itself.
with DAG("map_with_retries", schedule=None):
    from datetime import timedelta

    @task(retries=1, retry_delay=timedelta(seconds=1))
    def second_time_lucky(number, ti):
        if number and ti.try_number == 1:
            raise ValueError("the first attempt")

    second_time_lucky.expand(number=[0, 1])
