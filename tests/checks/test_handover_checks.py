"""What is said of losses on the way from one task to another, and of files that nobody gets back as they were saved."""

from __future__ import annotations

from windtunnel.checks import catalogue
from windtunnel.facts import (
    NOT_THERE,
    End,
    FileUseFacts,
    Grade,
    KeptFacts,
    LoadFacts,
    LossFacts,
    ProcessFacts,
    RunFacts,
    SaveFacts,
    SaveState,
    ValueFacts,
)
from windtunnel.findings import Location

HERE, PATH = Location("modules/flow.py", 3), "/data/a.csv"
JUDGES = [check for check in catalogue() if check.code in ("WT414", "WT415", "WT416")]
START = f"saver 'saved' of task 'save' hands {PATH} to task 'load': "


def a_loss(grade=Grade.VALUE, place="column 'x'", was="1e-12", became="0.0", used_by=""):
    return LossFacts(grade, place, was, became, used_by)


def said(*losses, hurt="", rows=2, saves=(), uses=()):
    kept = KeptFacts("save", "saved", HERE, "csv", PATH, (1, 1), ValueFacts("DataFrame", rows=rows))
    loads = (LoadFacts("load", "loaded", kept, losses, hurt),) if not saves else ()
    run = RunFacts("dag", HERE, ProcessFacts(End.COMPLETED), "success", saves=saves, uses=uses, loads=loads)
    return [(check.code, *complaint[1:3]) for check in JUDGES for complaint in check.judge(run)]


def test_a_value_that_somebody_uses_is_an_error():
    text = "column 'x' was 1e-12, is read back as 0.0"
    assert said(a_loss(used_by="mean")) == [("WT414", f"{START}{text}; 'mean' uses it", text)]


def test_keys_that_are_looked_for_as_what_they_were_declared_are_an_error():
    keys = a_loss(Grade.TYPE, "the type of the keys", "int", "str", "growth")
    end = "node 'growth' takes dict[int, float]"
    assert [(code, message) for code, message, _ in said(keys, hurt=end)] == [
        ("WT414", f"{START}the type of the keys was int, is read back as str; {end}")
    ]


def test_a_declared_type_that_is_hurt_is_a_warning_with_all_that_was_lost():
    lists = a_loss(Grade.TYPE, "entry ['a']", "a tuple", "a list")
    ((code, message, evidence),) = said(lists, lists, hurt="node 'growth' takes dict[str, tuple]")
    assert (code, message) == (
        "WT415",
        f"{START}entry ['a'] was a tuple, is read back as a list (and 1 more); node 'growth' takes dict[str, tuple]",
    )
    assert len(evidence.splitlines()) == 2


def test_a_value_that_nobody_is_seen_to_use_is_a_warning_and_so_is_a_type_that_somebody_uses():
    assert [code for code, *_ in said(a_loss())] == ["WT415"]
    assert [code for code, *_ in said(a_loss(Grade.TYPE, used_by="mean"))] == ["WT415"]
    assert [code for code, *_ in said(a_loss(Grade.GUESS, used_by="mean"))] == ["WT415"]


def test_a_type_that_nobody_uses_is_not_told():
    assert said(a_loss(Grade.TYPE)) == []
    assert said(a_loss(Grade.FRAME)) == []


def test_a_code_that_nobody_uses_and_a_column_too_many_are_noticed():
    assert [code for code, *_ in said(a_loss(Grade.GUESS))] == ["WT416"]
    assert [code for code, *_ in said(a_loss(Grade.FRAME, was=NOT_THERE))] == ["WT416"]


def test_how_many_rows_were_compared_is_said_where_it_was_not_all():
    ((_, _, evidence),) = said(a_loss(), rows=1_000_000)
    assert evidence.endswith(
        "200 of 1000000 rows were compared: the first, the last, and those at equal distances between"
    )


def test_a_file_that_gives_other_values_is_noticed_unless_a_task_reads_it_by_itself():
    save = SaveFacts(
        *("dag", "save", "saved", "modules.flow", "csv", HERE, SaveState.WHOLE, PATH), losses=(a_loss(), a_loss())
    )
    text = "column 'x' was 1e-12, is read back as 0.0"
    message = f"saver 'saved' of task 'save' wrote {PATH}: {text} (and 1 more)"
    assert said(saves=(save,)) == [("WT416", message, f"{text}\n{text}")]
    assert said(saves=(save,), uses=(FileUseFacts("load", PATH, HERE),)) == []
