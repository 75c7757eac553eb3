"""``latentstudio``: opens the window, or runs one of the commands, and says how it went."""

import argparse
import importlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TextIO

from latentstudio import __version__
from latentstudio.commands import COMMANDS
from latentstudio.commands.answer import Answer
from latentstudio.commands.arguments import Parser, UsageError, add_common
from latentstudio.core.faults import explain
from latentstudio.core.memory import keep_freed_memory

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        _never_fail(stream)
    keep_freed_memory()
    try:
        return _dispatch(given)
    except SystemExit as end:  # argparse has printed help
        return end.code if isinstance(end.code, int) else DONE
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last place where a failure can become a sentence
        return _complain(error, debug="--debug" in given)


def _dispatch(given: list[str]) -> int:
    name = given[0] if given else ""
    if name not in COMMANDS:
        window = importlib.import_module("latentstudio.commands.window")
        parser = Parser("latentstudio", window.DESCRIPTION, _overview())
        parser.add_argument("--version", action="version", version=f"Latent Studio {__version__}")
        window.add_arguments(parser)
        code: int = window.run(parser.read(given))
        return code
    command = importlib.import_module(f"latentstudio.commands.{name}")
    parser = Parser(f"latentstudio {name}", COMMANDS[name].capitalize() + ".")
    command.add_arguments(parser)
    add_common(parser)
    options = parser.read(given[1:])
    answer: Answer = command.run(options)
    _print(answer, options)
    return FAILED if answer.failed else DONE


def _print(answer: Answer, options: argparse.Namespace) -> None:
    print(json.dumps(answer.data) if options.json else "\n".join(answer.lines), flush=True)


def _complain(error: Exception, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    print(f"error: {explain(error, 'The command stopped')}", file=sys.stderr)
    return WRONG_USAGE if isinstance(error, UsageError) else FAILED


def _overview() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:{width}}{summary}" for name, summary in COMMANDS.items()]
    return "\n".join(["commands:", *lines, "", "latentstudio COMMAND --help tells more."])


def _never_fail(stream: TextIO) -> None:
    """A name that the terminal cannot show is shown by its codes."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
