"""Runs the steps of a composite action here, one after the other, with what GitHub would give them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")
# PIP and what follows lead pip and uv to the packages, wherever this machine has them.
_GIVEN_ON = re.compile(r"HOME|LANG|PATH|PYTHONPATH|TMPDIR|PIP_\w+|UV_\w+|SSL_CERT_\w+|\w+_(?:proxy|PROXY)")

Uses = Callable[[Mapping[str, str]], Mapping[str, str]]


@dataclass
class Job:
    """A job that uses the action at `path`, in the checkout `workspace`.

    `others` do the work of the actions that it uses itself, by their names: what they are given to what they answer.
    """

    path: Path
    workspace: Path
    temp: Path
    inputs: Mapping[str, str] = field(default_factory=dict)
    github: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, Uses] = field(default_factory=dict)
    bin: str = ""
    status: int = 0
    log: str = ""
    summary: str = ""
    ran: list[str] = field(default_factory=list)
    used: dict[str, Mapping[str, str]] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self) -> Job:
        """Run all steps whose condition holds, to the end or to the first that fails."""
        for step in self.action["runs"]["steps"]:
            if self.status == 0 and self._evaluate(step.get("if", "'yes'")):
                self.ran.append(step["name"])
                self._use(step) if "uses" in step else self._shell(step)
        return self

    @property
    def action(self) -> Any:
        return yaml.safe_load((self.path / "action.yml").read_text(encoding="utf-8"))

    @property
    def outputs(self) -> dict[str, str]:
        """What the action answers."""
        return {name: self._filled(output["value"]) for name, output in self.action["outputs"].items()}

    def _use(self, step: Mapping[str, Any]) -> None:
        name = step["uses"].partition("@")[0]
        given = {key: self._filled(str(value)) for key, value in step["with"].items()}
        self.used[step["name"]] = given
        self._answers(step, self.others.get(name, lambda _: {})(given))

    def _shell(self, step: Mapping[str, Any]) -> None:
        assert step["shell"] == "bash"
        files = {name: self.temp / name for name in ("output", "summary", "script")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        files["script"].write_text(self._filled(step["run"]), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if _GIVEN_ON.fullmatch(name)} | {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            **{name: self._filled(str(value)) for name, value in step.get("env", {}).items()},
        }
        environment["PATH"] = f"{self.bin}:{environment['PATH']}" if self.bin else environment["PATH"]
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", files["script"]],
            cwd=self.workspace / self._filled(step.get("working-directory", ".")),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.status, self.log = done.returncode, self.log + done.stdout + done.stderr
        self.summary += files["summary"].read_text(encoding="utf-8")
        self._answers(step, dict(line.split("=", 1) for line in files["output"].read_text().splitlines()))

    def _answers(self, step: Mapping[str, Any], answers: Mapping[str, str]) -> None:
        if "id" in step:
            self.steps[step["id"]] = dict(answers)

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self._evaluate(found[1]), text)

    def _evaluate(self, words: str) -> str:
        """GitHub's expressions, as far as the action uses them; "" is false."""
        for operator, choose in (("||", any), ("&&", all)):
            left, found, right = words.partition(f" {operator} ")
            if found:
                values = [self._evaluate(left), self._evaluate(right)]
                return next(filter(None, values), "") if choose is any else (all(values) and values[-1]) or ""
        for operator in ("==", "!="):
            left, found, right = words.partition(f" {operator} ")
            if found:
                same = self._evaluate(left) == self._evaluate(right)
                return "true" if same is (operator == "==") else ""
        return words[1:-1] if words.startswith("'") else self._named(words)

    def _named(self, name: str) -> str:
        """The value of a name. A KeyError is a name that the action, or GitHub, does not know."""
        kind, _, rest = name.partition(".")
        if kind == "inputs":
            return self.inputs.get(rest, self.action["inputs"][rest]["default"])
        if kind == "steps":
            step, _, output = rest.partition(".outputs.")
            assert step in {known.get("id") for known in self.action["runs"]["steps"]}, name
            return self.steps.get(step, {}).get(output, "")
        return {
            "github.action_path": str(self.path),
            "github.base_ref": "",
            "github.event_name": "push",
            "github.ref_name": "main",
            "github.run_attempt": "1",
            "github.run_id": "77",
            "runner.os": "Linux",
            **{f"github.{key}": value for key, value in self.github.items()},
        }[name]
