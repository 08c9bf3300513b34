"""The user's file of environment variables, read; what its values are is told to child processes and to nobody else."""

from __future__ import annotations

import io
from pathlib import Path

from windtunnel.errors import UsageError


def read_env_file(file: str, where: str = "") -> dict[str, str]:
    """The variables of a file in dotenv form; none where `file` is "".

    `${NAME}` in a value stands for what that name has in the file or in the environment. A UsageError for a file that
    cannot be read, and for a line that gives no value to a name; it never quotes the line, which may hold a secret.
    It starts with `where`: by which setting the file was given.
    """
    if not file:
        return {}
    where = where or f"--env-file {file}"
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    try:
        text = Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8") from error
    for binding in parse_stream(io.StringIO(text)):
        original = binding.original.string
        if binding.error or (binding.key is not None and (binding.value is None or "\0" in original)):
            blank = original[: len(original) - len(original.lstrip())]  # what stands before it belongs to it
            line = binding.original.line + blank.count("\n")
            raise UsageError(f"{where}: line {line}: expected NAME=value")
    return {name: value or "" for name, value in dotenv_values(stream=io.StringIO(text)).items()}
