"""Object storage on the machine's own disk."""

import tempfile

from airflow.sdk import DAG, ObjectStoragePath, task

# A file written by one task, whose path is handed to the next.
with DAG("object_storage", schedule=None):

    @task
    def writes():
        path = ObjectStoragePath(f"file://{tempfile.gettempdir()}/fidelity-object.txt")
        path.write_text("1")
        return path

    @task
    def reads(path):
        assert path.read_text() == "1"
        path.unlink()

    reads(writes())

# A file that is not there.
with DAG("object_storage_missing", schedule=None):

    @task
    def reads():
        ObjectStoragePath("file:///no/such/file").read_text()

    reads()

# A kind of storage that is not installed.
with DAG("object_storage_unknown", schedule=None):

    @task
    def reads():
        ObjectStoragePath("s3://bucket/file").read_text()

    reads()
