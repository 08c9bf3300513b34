"""Everything that windtunnel asks of Airflow, and everything in which its versions differ."""
