"""Tasks that disturb what connects them with their supervisor."""

import os
import sys

from airflow.sdk import DAG, task

# The task closes its standard output.
with DAG("closed_stdout", schedule=None):

    @task
    def closes_stdout():
        sys.stdout.close()

    @task
    def after():
        print("here")

    closes_stdout() >> after()

# The task closes the file descriptors 0 to 2.
with DAG("closed_standard_descriptors", schedule=None):

    @task
    def closes_descriptors():
        os.closerange(0, 3)

    closes_descriptors()

# The task closes every file descriptor, the one to its supervisor too.
with DAG("closed_descriptors", schedule=None):

    @task
    def closes_descriptors():
        os.closerange(0, 256)

    @task
    def after():
        pass

    closes_descriptors() >> after()

# Four megabytes of output in one line.
with DAG("long_line", schedule=None):

    @task
    def prints():
        print("x" * 4_000_000)

    prints()

# Output that is no UTF-8.
with DAG("output_in_no_encoding", schedule=None):

    @task
    def prints():
        os.write(1, b"\xff\xfe\x00\n")

    prints()

# Logging is switched off.
with DAG("logging_disabled", schedule=None):

    @task
    def disables():
        import logging

        logging.disable()
        logging.getLogger(__name__).error("unheard")

    disables()
