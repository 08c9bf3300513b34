"""Large files, of which the ends are looked at: whole ones are not accused, and those cut off are."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from types import SimpleNamespace

import pytest

from windtunnel.collectors.big_files import sampled
from windtunnel.collectors.executions import Saved

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


TABLE = pd.DataFrame({"name": ["é", 'a"b', "c\nd"] * 100, "n": range(300)})
VALUE = {"rows": list(range(300)), "name": "é"}
WAYS = {
    "parquet": TABLE.to_parquet,
    "feather": TABLE.to_feather,
    "csv": lambda file: TABLE.to_csv(file, index=False),
    "json": lambda file: file.write_text(json.dumps(VALUE)),
    "pickle": lambda file: file.write_bytes(pickle.dumps(TABLE)),
    "npy": lambda file: np.save(file, np.arange(300)),
}


class Hamiltons:
    """Stands where the class of one of Hamilton's savers would."""


Hamiltons.__module__ = "hamilton.plugins.pandas_extensions"


def saved(kind: str, saver: type | None = Hamiltons, **options: object) -> Saved:
    node = SimpleNamespace(tags={"hamilton.data_saver.sink": kind}, name="save")
    return Saved(node, options, object, {}, saver, Path(), idle=False)


@pytest.mark.parametrize("kind", WAYS)
def test_a_whole_file_is_whole_and_one_without_its_end_is_not(kind, tmp_path):
    file = tmp_path / f"a.{kind}"
    WAYS[kind](file)
    whole = sampled(saved(kind), file)
    assert whole is not None
    assert (whole.trouble, bool(whole.detail)) == ("", True)
    for cut in (1, 2, file.stat().st_size - 5):
        file.write_bytes(file.read_bytes()[:-cut])
        assert sampled(saved(kind), file).trouble, cut
        WAYS[kind](file)


def test_parquet_tells_its_rows_without_being_read(tmp_path):
    WAYS["parquet"](tmp_path / "a.parquet")
    assert sampled(saved("parquet"), tmp_path / "a.parquet").rows == 300


@pytest.mark.parametrize(
    ("kind", "saver", "options"),
    [
        ("csv", None, {}),
        ("csv", Hamiltons, {"compression": "gzip"}),
        ("json", Hamiltons, {"lines": True}),
        ("h5", Hamiltons, {}),
    ],
)
def test_of_other_savers_and_other_forms_the_ends_tell_nothing(kind, saver, options, tmp_path):
    (tmp_path / "a").write_bytes(b"anything")
    assert sampled(saved(kind, saver, **options), tmp_path / "a") is None
