"""A file that is saved atomically is at every moment the old one or the new one, whatever happens to its writer."""

import dataclasses
import io
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hamilton import ad_hoc_utils, driver
from hamilton.function_modifiers import datasaver, save_to, value
from hamilton.io.data_adapters import DataSaver
from hamilton.io.materialization import to

from modules import atomic_savers
from modules.atomic_savers import aside, atomic, materialize_atomically, save_atomically

TABLE = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
FORMATS = {
    "csv": (pd.DataFrame, TABLE, "path"),
    "parquet": (pd.DataFrame, TABLE, "path"),
    "feather": (pd.DataFrame, TABLE, "path"),
    "pickle": (pd.DataFrame, TABLE, "path"),
    "stata": (pd.DataFrame, TABLE, "path"),
    "html": (pd.DataFrame, TABLE, "buf"),
    "npy": (np.ndarray, np.arange(3), "path"),
    "json": (dict, {"a": 1}, "path"),
    "file": (str, "text", "path"),
}


def run(*functions, final="saved"):
    module = ad_hoc_utils.create_temporary_module(*functions)
    dr = driver.Builder().with_modules(module).build()
    tags = {node.name: node.tags for node in dr.list_available_variables()}
    return dr.execute([final])[final], tags[final]


def saved(by, format_, path, **options):
    type_, data, field = FORMATS[format_]

    def data_to_save():
        return data

    data_to_save.__annotations__["return"] = type_
    given = {name: value(option) for name, option in {field: str(path), **options}.items()}
    return run(getattr(by, format_)(output_name_="saved", **given)(data_to_save))


def without_times(metadata):
    file = {
        key: told
        for key, told in metadata["file_metadata"].items()
        if key not in ("timestamp", "last_modified", "notes")
    }
    return {**metadata, "file_metadata": file}


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_saved_and_told_is_what_hamilton_saves_and_tells(tmp_path, format_):
    """The suffix is kept, so what goes by it is the same; stata writes the time to the minute into its file."""
    path = tmp_path / f"a.{format_}"
    told, tags = saved(save_to, format_, path)
    plain = path.read_bytes()
    path.unlink()
    told_of_atomic, tags_of_atomic = saved(save_atomically, format_, path)
    assert path.read_bytes() == plain or format_ == "stata"
    assert tags_of_atomic == tags
    assert without_times(told_of_atomic) == without_times(told) if "file_metadata" in told else told_of_atomic == told
    assert [left.name for left in tmp_path.iterdir()] == [path.name]


def test_a_materializer_saves_and_tells_what_hamiltons_does(tmp_path):
    path = tmp_path / "a.csv"
    dr = driver.Builder().with_modules(ad_hoc_utils.create_temporary_module(table)).build()
    told = {}
    for name, by in {"plain": to, "atomic": materialize_atomically}.items():
        saver = by.csv(id="saved", dependencies=["table"], path=str(path))
        (told[name], _), text = dr.materialize(saver), path.read_text(encoding="utf-8")
        path.unlink()
        assert text == "a,b\n1,x\n2,y\n"
    assert without_times(told["atomic"]["saved"]) == without_times(told["plain"]["saved"])


def table() -> pd.DataFrame:
    return TABLE


def test_a_suffix_that_the_library_appends_is_kept(tmp_path):
    saved(save_atomically, "npy", tmp_path / "a")
    assert np.load(tmp_path / "a.npy").tolist() == [0, 1, 2]
    assert [left.name for left in tmp_path.iterdir()] == ["a.npy"]


@dataclasses.dataclass
class Telling(DataSaver):
    """Saves nothing, and tells where it would."""

    path: Any

    @classmethod
    def applicable_types(cls):
        return [str]

    @classmethod
    def name(cls):
        return "telling"

    def save_data(self, data):
        Path(str(self.path)).write_text(data) if Path(str(self.path)).is_absolute() else None
        return {"path": str(self.path)}


@pytest.mark.parametrize("path", ["s3://bucket/a.csv", "memory://a.csv", io.BytesIO()])
def test_what_is_no_local_path_is_left_to_the_saver(path):
    assert atomic(Telling)(path=path).save_data("x") == {"path": str(path)}


def test_a_saver_class_of_ones_own_has_an_atomic_version(tmp_path):
    told = atomic(Telling)(path=f"file://{tmp_path}/a.txt").save_data("x")
    assert told == {"path": f"{tmp_path}/a.txt"}
    assert (tmp_path / "a.txt").read_text() == "x"


def test_what_cannot_be_renamed_at_once_is_refused_and_leaves_the_old(tmp_path):
    pytest.importorskip("pyarrow")
    (tmp_path / "a.csv").write_text("old")
    with pytest.raises(Exception, match="to append is not atomic"):
        saved(save_atomically, "csv", tmp_path / "a.csv", mode="a")
    with pytest.raises(Exception, match="one file can be put in its place"):
        saved(save_atomically, "parquet", tmp_path / "folder", partition_cols=["a"])
    assert [left.name for left in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "old"


@pytest.mark.parametrize(("format_", "reason"), [("cvs", "Hamilton has no saver 'cvs'"), ("sql", "writes to no path")])
def test_a_format_that_cannot_be_saved_so_is_told_where_it_is_written(format_, reason):
    with pytest.raises(AttributeError, match=reason):
        getattr(save_atomically, format_)


def test_a_saver_function_of_ones_own_can_write_aside(tmp_path):
    @datasaver()
    def notes() -> dict:
        with aside(tmp_path / "notes.txt") as file:
            file.write_text("one")
        return {"path": str(tmp_path / "notes.txt")}

    run(notes, final="notes")
    assert (tmp_path / "notes.txt").read_text() == "one"


def test_an_exception_leaves_the_old_file_and_nothing_beside(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def fail(file):
        file.write_text("half")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError), aside(tmp_path / "a.txt") as file:
        fail(file)
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [left.name for left in tmp_path.iterdir()] == ["a.txt"]


def test_the_file_is_on_the_disk_before_it_is_renamed_and_its_name_after(tmp_path, monkeypatch):
    done = []
    known = {name: getattr(os, name) for name in ("fsync", "replace")}

    def fsync(descriptor):
        done.append(os.path.realpath(f"/proc/self/fd/{descriptor}").rpartition("/")[2])
        known["fsync"](descriptor)

    def replace(source, target):
        done.append("replace")
        known["replace"](source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    with aside(tmp_path / "a.txt") as file:
        assert file.name == "a.txt"
        assert file.parent.parent == Path(os.path.realpath(tmp_path))  # one disk
        file.write_text("new")
    assert done == ["a.txt", "replace", tmp_path.name]


@pytest.mark.parametrize("size", [0, 1, 50_000])
def test_a_writer_that_dies_in_the_middle_leaves_the_old_file_and_the_next_clears_up(tmp_path, size):
    (tmp_path / "a.txt").write_text("old")
    pid = os.fork()
    if not pid:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        with aside(tmp_path / "a.txt") as file:
            file.write_text("x" * 100_000)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGXFSZ
    assert (tmp_path / "a.txt").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
    assert len(list(tmp_path.glob("*.txt"))) == 1  # who reads all files of the folder does not read it
    with aside(tmp_path / "a.txt") as file:
        file.write_text("new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert [left.name for left in tmp_path.iterdir()] == ["a.txt"]


def test_a_writer_that_is_still_at_work_is_left_alone(tmp_path):
    with aside(tmp_path / "a.txt") as first:
        first.write_text("first")
        with aside(tmp_path / "a.txt") as second:
            second.write_text("second")
        assert first.read_text() == "first"
    assert (tmp_path / "a.txt").read_text() == "first"


WRITER = """
import sys
from modules.atomic_savers import aside
for number in range(60):
    with aside(sys.argv[1]) as file:
        file.write_text(sys.argv[2] * 20_000)
"""


def test_of_several_writers_a_reader_sees_one(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("0" * 20_000)
    environment = {**os.environ, "PYTHONPATH": str(Path(atomic_savers.__file__).parents[1])}
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(file), each], env=environment) for each in "123"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        content = file.read_text()
        assert len(content) == 20_000
        assert len(set(content)) == 1
        seen.add(content[0])
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert seen & set("123")
    assert [left.name for left in tmp_path.iterdir()] == ["a.txt"]


def test_a_link_is_written_through_and_permissions_stay(tmp_path):
    (tmp_path / "deep").mkdir()
    target = tmp_path / "deep" / "a [1].txt"
    target.write_text("old")
    target.chmod(0o640)
    (tmp_path / "link.txt").symlink_to(target)
    with aside(tmp_path / "link.txt") as file:
        file.write_text("new")
    assert target.read_text() == "new"
    assert (tmp_path / "link.txt").is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_that_any_new_file_has(tmp_path):
    (tmp_path / "plain.txt").write_text("")
    with aside(tmp_path / "a.txt") as file:
        file.write_text("")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "plain.txt").stat().st_mode


def test_a_saver_without_a_path_has_no_atomic_version():
    with pytest.raises(TypeError, match="has none of the fields"):
        atomic(json.JSONEncoder)
