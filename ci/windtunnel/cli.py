"""The command line: `windtunnel check`, and what explains it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from windtunnel.commands.delivery import (
    deliver,
    deliver_bytes,
    insist_on_output,
    looks,
    say,
    write_baseline,
    write_report,
)
from windtunnel.commands.given_settings import existing, said, settings_for
from windtunnel.commands.scaffold_options import scaffold_options
from windtunnel.errors import UsageError
from windtunnel.settings import options
from windtunnel.settings_file import read_pyproject

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


CLEAN, FINDINGS, WRONG_USAGE, OUR_FAULT = range(4)


def main() -> NoReturn:
    """Run the command; exits with 0 clean, 1 findings, 2 wrong usage or nothing to check, 3 our own fault."""
    with contextlib.suppress(AttributeError):  # a stream that cannot be told so holds any character
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        # By its name, however it was started: the variable that asks for shell completion is named after it.
        status = cli.main(prog_name="windtunnel", standalone_mode=False) or CLEAN
    except click.ClickException as error:
        error.show()
        status = WRONG_USAGE
    except UsageError as error:
        click.echo(f"windtunnel: {error}", err=True)
        status = WRONG_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("windtunnel: interrupted", err=True)
        status = 130
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("windtunnel: this is a fault of windtunnel itself; please report it with the lines above", err=True)
        status = OUR_FAULT
    sys.exit(status)


_COMPLETION = """\b
Completion, for the startup file of bash, zsh or fish:
  eval "$(_WINDTUNNEL_COMPLETE=bash_source windtunnel)"
  eval "$(_WINDTUNNEL_COMPLETE=zsh_source windtunnel)"
  _WINDTUNNEL_COMPLETE=fish_source windtunnel | source"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_COMPLETION)
@click.version_option(package_name="windtunnel")
def cli() -> None:
    """A wind tunnel for Airflow: proves DAGs, and the Hamilton dataflows inside them, before they are deployed."""


def _codes(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """For the shell: the codes that begin so, of a list the last word of it."""
    from click.shell_completion import CompletionItem

    from windtunnel.checks import catalogue
    from windtunnel.selection import every_check

    try:
        known = every_check(settings_for((), {}))
    except UsageError:  # the command will say so
        known = catalogue()
    before, comma, word = incomplete.rpartition(",")
    fitting = [check for check in known if check.code.startswith(word.upper())]
    return [CompletionItem(f"{before}{comma}{check.code}", help=check.title) for check in fitting]


def _with_settings(command: Callable[..., Any], chosen: Collection[str] = ()) -> Callable[..., Any]:
    """Give a command an option for each setting, or for those `chosen`."""
    offered = [option for option in options() if not option.in_file and option.name in (chosen or {option.name})]
    for option in reversed(offered):
        names = [name for name in (option.short, option.flag, option.name) if name]
        if option.switch:
            command = click.option(*names, is_flag=True, default=None, help=option.help)(command)
        else:
            kind = click.Choice(option.choices) if option.choices else None
            metavar = None if option.choices else option.metavar
            codes = {"shell_complete": _codes} if option.metavar == "CODE,..." else {}
            more = {"multiple": True} if option.repeated else codes
            command = click.option(*names, type=kind, metavar=metavar, help=option.help, **more)(command)
    return command


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_with_settings
def check(paths: tuple[Path, ...], **given: Any) -> int:
    """Load, run and try what is in PATHS (the repository that you stand in, if none is given)."""
    from windtunnel import engine
    from windtunnel.commands.progress import progress_of
    from windtunnel.reporters.base import read_base

    settings = settings_for(paths, given)
    insist_on_output(settings.output)
    for form, file in settings.report:
        insist_on_output(file, f"--report {form}:")
    if settings.update_baseline:
        insist_on_output(settings.baseline, "--baseline")
    base = read_base(settings.compare)
    with progress_of(settings) as bar:
        report = engine.run(settings, bar.progress, watch=bar.watch)
    write_report(report, settings, base)
    if settings.update_baseline:
        write_baseline(report, settings)
    return FINDINGS if report.failed else CLEAN


_FOR_STATIC = ("select", "ignore", "checks", "dags", "modules", "baseline", "fail_on")


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@partial(_with_settings, chosen=_FOR_STATIC)
def static(paths: tuple[Path, ...], **given: Any) -> int:
    """Judge the text of the DAG files and modules among PATHS, without Airflow, in a moment: for commits.

    It proves little, and says quickly what `windtunnel check` would say too: of WT101 and WT501 what is no Python,
    WT106, WT213, and of WT002 codes that no check has.
    """
    from windtunnel.reporters.lines import line_of
    from windtunnel.reporters.verdict import counted
    from windtunnel.static import examine

    report = examine(settings_for(paths, given))
    for finding in report.shown:
        say(f"{line_of(finding)}\n" + (f"  fix: {finding.remedy}\n" if finding.remedy else ""))
    read = counted(len(report.files) + len(report.dataflows), "file")
    say(f"windtunnel static: {read} read, {counted(len(report.counting), 'finding')}\n")
    return FINDINGS if report.failed else CLEAN


_FOR_INVENTORY = ("dags", "jobs", "timeout", "env_file", "fixtures", "output", "quiet", "no_color")


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(("text", "json", "env")), default="text", help="Form of the list.")
@click.option("--stub", is_flag=True, help="A file of placeholders for `windtunnel check --env-file`: --format env.")
@partial(_with_settings, chosen=_FOR_INVENTORY)
def inventory(paths: tuple[Path, ...], form: str, stub: bool, **given: Any) -> None:
    """List what the DAG files in PATHS ask of their deployment: connections, variables, pools, queues, assets."""
    from windtunnel import inventory as stock
    from windtunnel.commands.progress import progress_of
    from windtunnel.reporters.inventory import render

    settings = settings_for(paths, given)
    settings = replace(settings, output=str(given["output"] or ""))  # in pyproject.toml it is where the report goes
    insist_on_output(settings.output)
    with progress_of(settings) as bar:
        taken = stock.take(settings, bar.progress)
    color, width = looks(settings)
    deliver(render(taken, "env" if stub else form, color=color, width=width), settings.output)


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@partial(_with_settings, chosen=("select", "ignore", "checks"))
def checks(paths: tuple[Path, ...], **given: Any) -> None:
    """List the checks by block, with their severities; `-` marks those that the settings leave out."""
    from windtunnel.commands.listings import list_of_checks

    say(list_of_checks(settings_for(paths, given)))


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_with_settings
def settings(paths: tuple[Path, ...], **given: Any) -> None:
    """List the effective settings, and where each comes from, for `windtunnel check` with the same words."""
    from windtunnel.commands.listings import list_of_settings

    effective = settings_for(paths, given)
    say(list_of_settings(effective, read_pyproject(effective.root), said(given)))


@cli.command()
@click.argument("code", shell_complete=_codes)
@partial(_with_settings, chosen=("checks",))
def explain(code: str, **given: Any) -> None:
    """Say what the check CODE does, and why."""
    from windtunnel.pages import page
    from windtunnel.selection import check_named

    say(page(check_named(code, partial(settings_for, (), given), "explain")))


@cli.command("test-check")
@click.argument("words", nargs=-1, metavar="[CODE|PATH]...", shell_complete=_codes)
@partial(_with_settings, chosen=("checks", "jobs", "max_memory"))
def test_check(words: tuple[str, ...], **given: Any) -> int:
    """Try the examples of checks, FAILING and PASSING: of all your own, or of those that CODEs and PATHs mean."""
    from windtunnel.commands.test_check import asked_for, line_of, lines_of, tried

    settings = settings_for((), given)
    examples = []
    for example in tried(*asked_for(settings, words)):
        examples.append(example)
        say("".join(f"{line}\n" for line in lines_of(example)))
    say(line_of(examples))
    return CLEAN if all(example.holds for example in examples) else FINDINGS


_FOR_RUNS = ("dags", "modules", "jobs", "timeout", "max_memory", "conf", "env_file", "fixtures", "date", "no_color")


@cli.command()
@click.argument("dag_id")
@partial(_with_settings, chosen=_FOR_RUNS)
def show(dag_id: str, **given: Any) -> None:
    """Run the DAG and show it as a tree, with the Hamilton graph that ran inside each task."""
    from windtunnel.commands.show import show as shown
    from windtunnel.reporters.look import Look

    settings = replace(settings_for((), given), output="")
    color, width = looks(settings)
    say(shown(settings, dag_id, Look(color=color, width=width)))


@cli.command()
@click.argument("dag_id")
@click.option("--format", "form", type=click.Choice(("yaml", "json")), default="yaml", help="Form of the profile.")
@click.option("--output", "-o", metavar="FILE", default="", help="Write it to this file instead of stdout.")
@partial(_with_settings, chosen=_FOR_RUNS)
def profile(dag_id: str, form: str, output: str, **given: Any) -> None:
    """Run the DAG and describe what entered its dataflows: dtypes, ranges, shares, counts; no value of a text."""
    from windtunnel.commands.profile import profiles
    from windtunnel.reporters.profile import render

    insist_on_output(output)
    found = profiles(replace(settings_for((), given), output=""), dag_id)
    if not found:
        raise UsageError(f"profile: no task of DAG {dag_id!r} that ended well has driven a dataflow")
    deliver(render(found, form), output)


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", default="", help="Which one, where PATH holds several: a dag_id, or the name of a module.")
@click.option("--output", "-o", default="", metavar="FILE", help="Where to: FILE.svg, FILE.mmd or FILE.png.")
def draw(path: Path, name: str, output: str) -> None:
    """Draw the DAG, or the graph of the Hamilton module, in PATH: as SVG on stdout, or in the form of the FILE."""
    from windtunnel.commands import draw as drawing

    form = drawing.form_of(output)
    insist_on_output(output)
    drawn = drawing.draw(settings_for((path,), {}), name, form)
    if isinstance(drawn, bytes):
        deliver_bytes(drawn, output)
    else:
        deliver(drawn, output)


@cli.command()
@click.argument("file", required=False, metavar="[LAST.json]", default="")
@click.option("--output", "-o", default="", metavar="FILE", help="Write the page to this file instead of stdout.")
def report(file: str, output: str) -> None:
    """Make the picture, one HTML file, of a JSON report: of LAST.json, or of that which the settings have written."""
    from windtunnel.commands.picture import picture

    insist_on_output(output)
    deliver(picture(settings_for((), {}), file), output)


@cli.command()
@click.argument("id", required=False)
@click.option(
    "--from", "file", metavar="FILE", default="", help="The JSON report (that of pyproject.toml if not given)."
)
@click.option("--pdb", "debug", is_flag=True, help="Stop in a debugger where it goes wrong, and at each breakpoint().")
def replay(id: str | None, file: str, debug: bool) -> int:
    """Look for one finding of an earlier JSON report again, alone, with all logs; without ID, list what there is.

    ID is the beginning of its fingerprint, or its code where no other finding has it.
    """
    from windtunnel.commands import replay as again

    here = settings_for((), {})
    source = again.last_report(here, file)
    findings = again.read(source)
    if id is None:
        say(again.listing(findings))
        return CLEAN
    wanted = again.the_one(findings, id, source)
    os.chdir(here.root)  # where the command counts its paths from
    given = check.make_context("check", wanted.arguments).params
    settings = replace(settings_for(given.pop("paths"), given), verbose=True, output="", report=(), baseline="")
    say(f"{wanted.reproduce}\n\n")
    report = again.debugged(settings, wanted) if debug else again.replayed(settings, wanted)
    write_report(report, replace(settings, format="full"))
    return FINDINGS if report.findings else CLEAN


_FOR_TRIALS = (
    *("dags", "modules", "jobs", "timeout", "max_memory", "max_examples", "seed", "property_budget"),
    *("conf", "env_file", "fixtures", "date"),
)


@cli.command("write-test")
@click.argument("finding", metavar="CODE:NODE")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@partial(_with_settings, chosen=(*_FOR_TRIALS, "output"))
def write_test(finding: str, paths: tuple[Path, ...], **given: Any) -> None:
    """Write what CODE finds wrong with NODE as a plain pytest test, which fails until the function is mended."""
    from windtunnel.commands.trials import written_test

    settings = replace(settings_for(paths, given), output=str(given["output"] or ""))
    insist_on_output(settings.output)
    deliver(written_test(settings, finding), settings.output)


@cli.command()
@click.argument("module", type=click.Path(path_type=Path))
@partial(_with_settings, chosen=_FOR_TRIALS)
def suggest(module: Path, **given: Any) -> None:
    """Say what could be declared of the functions of MODULE: what held on all inputs, as lines of @tag."""
    from windtunnel.commands.trials import suggestions

    settings = settings_for((), given)
    said = list(suggestions(settings, existing(Path.cwd(), module, "suggest ")))
    say("".join(said) or "nothing held on enough inputs that is not declared already\n")


@cli.command()
@scaffold_options
@partial(_with_settings, chosen=("dags", "timeout"))
def scaffold(modules: tuple[str, ...], output: str, install: bool, dags: Any, timeout: Any, **words: Any) -> None:
    """Write a DAG file that runs the Hamilton MODULEs: plain Airflow and Hamilton, without windtunnel."""
    from windtunnel.commands.scaffold import order_of, put, scaffolded

    insist_on_output(output)
    settings = settings_for((), {"dags": dags, "timeout": timeout})
    text, place = scaffolded(settings, order_of(modules, words, Path.cwd()), output, install=install)
    if place is None:
        say(text)
        return
    put(text, place)
    say(f"written: {place}\n")


@cli.command()
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--requirement", metavar="TEXT", help="What pip installs windtunnel from in the workflow.")
def init(yes: bool, requirement: str | None) -> int:
    """Add settings, a pre-commit hook and a workflow to the repository: shows what would change, and asks."""
    import windtunnel
    from windtunnel.commands.init import proposal

    proposed = proposal(settings_for((), {}), requirement or f"windtunnel=={windtunnel.__version__}")
    say("".join(f"{line}\n" for line in (*proposed.left_alone, *proposed.diff.splitlines())))
    if not proposed.new:
        say("nothing to add\n")
        return CLEAN
    if not yes and not sys.stdin.isatty():
        raise UsageError("init: nothing written: there is nobody to ask; --yes writes")
    if not yes and not click.confirm(f"Write {', '.join(proposed.new)}?"):
        say("nothing written\n")
        return CLEAN
    proposed.write()
    say(f"written: {', '.join(proposed.new)}\n")
    return CLEAN
