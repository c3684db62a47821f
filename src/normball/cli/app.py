"""The commands by name.  A command's file is imported when it is called: `--help` costs click and nothing else."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib import import_module

import click

from .. import __version__
from ..errors import NormballError
from .talk import harmless

COMMANDS = {  # in the order of the help
    "fit": "From a table to a certified model and a report.",
    "path": "The fits along a whole grid of λ: what enters, when, and how well it explains.",
    "predict": "Probabilities for the rows of a table.",
    "translate": "One strength of the penalty in the words of other programs: C=1 is λ = ?",
    "audit": "How far a model's coefficients are from the optimum, on any data.",
    "explore": "Penalty and constraint of two coefficients, as a page to play with.",
    "demo": "Fit a table that comes with scikit-learn; leave data, model and report.",
    "doctor": "What this installation has, and what it lacks.",
}

EPILOG = (
    "Results go to stdout, talk to stderr. Exit codes: 0 done, 1 could not or not certified, 2 asked wrongly. "
    'Completion: eval "$(_NORMBALL_COMPLETE=bash_source normball)" (or zsh_source, fish_source).'
)


class Commands(click.Group):
    """A group that knows the names of its commands before it has them."""

    def list_commands(self, ctx):
        return list(COMMANDS)

    def get_command(self, ctx, cmd_name):
        if cmd_name not in COMMANDS:
            return None
        return getattr(import_module(f".{cmd_name}", __package__), cmd_name)

    def resolve_command(self, ctx, args):
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, n=1, cutoff=0.4)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"{args[0]!r} is no command.{hint} There are: {', '.join(COMMANDS)}.", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx, formatter):
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    no_args_is_help=False,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="normball", message="%(prog)s %(version)s")
@click.pass_context
def normball(ctx):
    """Regularised logistic regression whose every answer carries its proof."""
    if ctx.invoked_subcommand is None:
        raise click.UsageError("No command was given.", ctx)


def run(argv: list[str]) -> int:
    """Run a command line; its exit code.  What normball raises becomes a sentence on stderr."""
    try:
        code = normball.main(argv, prog_name="normball", standalone_mode=False, obj=tuple(argv))
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as problem:  # asked wrongly
        ctx = getattr(problem, "ctx", None)
        complain(problem.format_message(), 2)
        if ctx is not None:
            print(f"See: {ctx.command_path} --help", file=sys.stderr)
        return 2
    except NormballError as problem:
        return complain(str(problem), 1)
    except (KeyboardInterrupt, click.Abort):
        return complain("interrupted. No file is half-written.", 130)


def complain(sentence: str, code: int) -> int:
    print(f"normball: {harmless(sentence)}", file=sys.stderr)
    return code
