"""The Hamilton dataflows that the DAGs of `dags/` run."""
