"""The committed sample is what its script makes, and has the shape of the real table."""

import subprocess
import sys

import pandas as pd

from modules.absenteeism import SAMPLE_DATA

SCRIPT = SAMPLE_DATA.with_name("make_sample.py")


def test_the_script_reproduces_the_committed_bytes(tmp_path):
    target = tmp_path / "sample.csv"
    subprocess.run([sys.executable, str(SCRIPT), str(target)], check=True, timeout=60)
    assert target.read_bytes() == SAMPLE_DATA.read_bytes()


def test_the_sample_has_the_published_headers():
    header = SAMPLE_DATA.read_text(encoding="ascii").splitlines()[0]
    assert header == (
        "ID;Reason for absence;Month of absence;Day of the week;Seasons;Transportation expense;"
        "Distance from Residence to Work;Service time;Age;Work load Average/day ;Hit target;"
        "Disciplinary failure;Education;Son;Social drinker;Social smoker;Pet;Weight;Height;"
        "Body mass index;Absenteeism time in hours"
    )


def test_the_sample_has_200_complete_absences_of_25_users():
    sample = pd.read_csv(SAMPLE_DATA, sep=";")
    assert len(sample) == 200
    assert sample["ID"].nunique() == 25
    assert sample.notna().all(axis=None)


def test_what_belongs_to_a_user_is_the_same_in_all_absences():
    sample = pd.read_csv(SAMPLE_DATA, sep=";")
    of_the_user = sample.groupby("ID")[["Age", "Son", "Pet", "Service time", "Height"]]
    assert (of_the_user.nunique() == 1).all(axis=None)
