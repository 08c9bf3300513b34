"""How a value lies in the folder of a run: its suffix, and the Python that writes and reads it."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.facts import Storage


@dataclass(frozen=True, slots=True)
class Format:
    """Python with `{value}`, `{file}` and `{content}` to be filled in.

    `to_bytes` makes bytes of a value; `from_file` makes the value of a file on disk, `from_bytes` of what an object
    store gives. Both may call the `helper`, whose text and modules come with it.
    """

    suffix: str
    to_bytes: str
    from_file: str
    from_bytes: str
    writes_with: tuple[str, ...] = ()
    reads_with: tuple[str, ...] = ()
    opens_with: tuple[str, ...] = ()
    writing_helper: str = ""
    reading_helper: str = ""


_SERIES_OUT = '''
def _series_bytes(series) -> bytes:
    """Parquet holds tables, so a column: a series without a name has the empty one there."""
    name = "" if series.name is None else series.name
    return series.to_frame(name).to_parquet(engine="pyarrow")
'''
_SERIES_IN = """
def _read_series(file):
    import pandas as pd

    column = pd.read_parquet(file, engine="pyarrow").iloc[:, 0]
    return column.rename(None) if column.name == "" else column
"""
_ARRAY_OUT = """
def _array_bytes(array) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
"""

_JSON_OUT = '''
def _json_bytes(value) -> bytes:
    """The numbers of numpy become Python's."""
    return json.dumps(value, default=lambda number: number.item()).encode()
'''

FORMATS = {
    Storage.FRAME: Format(
        suffix="parquet",
        to_bytes='{value}.to_parquet(engine="pyarrow")',
        from_file='pd.read_parquet({file}, engine="pyarrow")',
        from_bytes='pd.read_parquet(io.BytesIO({content}), engine="pyarrow")',
        reads_with=("pandas",),
        opens_with=("io",),
    ),
    Storage.SERIES: Format(
        suffix="parquet",
        to_bytes="_series_bytes({value})",
        from_file="_read_series({file})",
        from_bytes="_read_series(io.BytesIO({content}))",
        opens_with=("io",),
        writing_helper=_SERIES_OUT,
        reading_helper=_SERIES_IN,
    ),
    Storage.ARRAY: Format(
        suffix="npy",
        to_bytes="_array_bytes({value})",
        from_file="np.load({file}, allow_pickle=False)",
        from_bytes="np.load(io.BytesIO({content}), allow_pickle=False)",
        writes_with=("io",),
        reads_with=("numpy",),
        opens_with=("io",),
        writing_helper=_ARRAY_OUT,
    ),
    Storage.JSON: Format(
        suffix="json",
        to_bytes="_json_bytes({value})",
        from_file="json.loads({file}.read_bytes())",
        from_bytes="json.loads({content})",
        writes_with=("json",),
        reads_with=("json",),
        writing_helper=_JSON_OUT,
    ),
}
PICKLE = Format(
    suffix="pickle",
    to_bytes="pickle.dumps({value})",
    from_file="pickle.loads({file}.read_bytes())",
    from_bytes="pickle.loads({content})",
    writes_with=("pickle",),
    reads_with=("pickle",),
)
