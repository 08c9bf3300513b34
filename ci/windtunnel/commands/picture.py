"""The picture of an earlier report: the same page as `--report html=FILE`, made of what a JSON report says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from windtunnel.commands.replay import last_report
from windtunnel.errors import UsageError
from windtunnel.reporters.json import SCHEMA
from windtunnel.settings import Settings


def picture(settings: Settings, named: str) -> str:
    """The page for the report `named`, else for that which the settings have written. UsageError for what is none."""
    from windtunnel.reporters.picture.page import page

    return page(read(last_report(settings, named, "report: name a JSON report")))


def read(file: Path) -> Mapping[str, Any]:
    """The report in the file. UsageError for what is no report, or one that an older windtunnel has written."""
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        schema, has_graphs = report["schema"], "graphs" in report
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file}: not a report of `windtunnel check --report json=FILE`") from error
    if schema != SCHEMA or not has_graphs:
        raise UsageError(f"{file}: written by another windtunnel; run `windtunnel check --report json={file}` again")
    return dict(report)
