"""windtunnel: proves Airflow DAGs, and the Hamilton dataflows inside them, before they are deployed."""

__version__ = "0.1.0"
