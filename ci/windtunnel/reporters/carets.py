"""Which part of a line of code a finding is about, as far as names tell: facts know lines, not columns."""

from __future__ import annotations

import io
import re
import tokenize

from windtunnel.findings import Finding


def span(line: str, finding: Finding) -> tuple[int, int]:
    """Beginning and end of what to underline: the task, node or DAG that is named there, else all of the code."""
    end = _end_of_code(line)
    names = [finding.task_id.rpartition(".")[2], finding.node.partition(".")[0], finding.dag_id]
    for name in map(re.escape, filter(None, names)):
        quoted = re.search(rf"(?P<quote>['\"]){name}(?P=quote)", line[:end])
        if found := quoted or re.search(rf"(?<!\w){name}(?!\w)", line[:end]):
            return found.span()
    return len(line) - len(line.lstrip()), end


def _end_of_code(line: str) -> int:
    """Where the code ends: before a comment, if there is more than that."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.strip()).readline):
            if token.type == tokenize.COMMENT and token.start[1]:
                return len(line[: line.index(line.strip()) + token.start[1]].rstrip())
    except (tokenize.TokenError, SyntaxError):  # a line of a longer statement, or no Python
        pass
    return len(line.rstrip())
