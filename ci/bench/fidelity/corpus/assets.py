"""Producers of assets, and the DAGs that their events start."""

from airflow.sdk import DAG, Asset, AssetAlias, Metadata, asset, task

written, left, right = Asset("fidelity_written"), Asset("fidelity_left"), Asset("fidelity_right")
either, unwritten, skipped = Asset("fidelity_either"), Asset("fidelity_unwritten"), Asset("fidelity_skipped")
described, never = Asset("fidelity_described"), Asset("fidelity_never")


@task
def runs():
    pass


# Its only task writes an asset.
with DAG("asset_producer", schedule=None):

    @task(outlets=[written])
    def writes():
        pass

    writes()

# Started by asset_producer, with one event in its context; started by hand, there is none.
with DAG("asset_consumer", schedule=written):

    @task
    def counts(triggering_asset_events):
        assert len(triggering_asset_events[written]) == 1

    counts()

# Both assets that the next DAG asks for.
with DAG("asset_producer_of_both", schedule=None):

    @task(outlets=[left])
    def writes_left():
        pass

    @task(outlets=[right])
    def writes_right():
        pass

    writes_left()
    writes_right()

# Started when both are there.
with DAG("asset_consumer_of_both", schedule=(left & right)):
    runs()

# One of two assets.
with DAG("asset_producer_of_one", schedule=None):

    @task(outlets=[either])
    def writes():
        pass

    writes()

# Started when either is there.
with DAG("asset_consumer_of_either", schedule=(either | never)):
    runs()

# Never started: one of its assets is never written.
with DAG("asset_consumer_never_started", schedule=(either & never)):
    runs()

# The task fails: there is no event.
with DAG("asset_producer_fails", schedule=None):

    @task(outlets=[unwritten])
    def fails():
        raise ValueError("not written")

    fails()

# Never started.
with DAG("asset_consumer_of_failure", schedule=unwritten):
    runs()

# The task skips: there is no event.
with DAG("asset_producer_skips", schedule=None):

    @task(outlets=[skipped])
    def skips():
        from airflow.exceptions import AirflowSkipException

        raise AirflowSkipException

    skips()

# Never started.
with DAG("asset_consumer_of_skip", schedule=skipped):
    runs()

# An event with a description, by yield, that the next task reads back.
with DAG("asset_producer_describes", schedule=None):

    @task(outlets=[described])
    def writes():
        yield Metadata(described, {"rows": 7})

    @task(inlets=[described])
    def reads(inlet_events):
        assert inlet_events[described][-1].extra["rows"] == 7

    writes() >> reads()

# Started by asset_producer_describes; it reads the description of the event that started it.
with DAG("asset_consumer_of_description", schedule=described):

    @task
    def reads(triggering_asset_events):
        (event,) = triggering_asset_events[described]
        assert event.extra["rows"] == 7

    reads()

# An alias that is given its asset by the task.
with DAG("asset_alias_producer", schedule=None):

    @task(outlets=[AssetAlias("fidelity_alias")])
    def writes(outlet_events):
        outlet_events[AssetAlias("fidelity_alias")].add(Asset("fidelity_behind_alias"))

    writes()

# Started through the alias.
with DAG("asset_alias_consumer", schedule=AssetAlias("fidelity_alias")):
    runs()

# An alias that is given nothing.
with DAG("asset_alias_unresolved", schedule=None):

    @task(outlets=[AssetAlias("fidelity_empty_alias")])
    def writes():
        pass

    writes()

# Asks for the events of an asset that has none.
with DAG("asset_without_events", schedule=None):

    @task(inlets=[never])
    def reads(inlet_events):
        assert len(inlet_events[never]) == 0

    reads()

# Takes the last event of an asset that has none.
with DAG("asset_last_of_no_events", schedule=None):

    @task(inlets=[never])
    def reads(inlet_events):
        return inlet_events[never][-1].extra

    reads()

# Two assets of one name: Airflow takes the second for inactive.
with DAG("asset_of_two_addresses", schedule=None):

    @task(outlets=[Asset(name="fidelity_double", uri="fidelity://one")])
    def first():
        pass

    @task(outlets=[Asset(name="fidelity_double", uri="fidelity://two")])
    def second():
        pass

    first()
    second()


# An asset that is a DAG.
@asset(schedule=None)
def asset_as_dag():
    return 1


# Started by asset_as_dag, whose value it is given.
@asset(schedule=asset_as_dag)
def asset_behind_asset(asset_as_dag):
    pass
