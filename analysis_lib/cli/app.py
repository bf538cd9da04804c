"""Names, help and errors of the command; the commands are loaded when they are called (floor 9)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cyclopts import App
from cyclopts.exceptions import CycloptsError

from analysis_lib import __version__
from analysis_lib.cli.wrong_use import command_first, describe
from analysis_lib.errors import (
    DISK_FAULTS,
    EXIT_INTERRUPTED,
    EXIT_PARTIAL,
    EXIT_USAGE,
    SkolbankError,
    cannot_write,
)

_COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": (
        "analysis_lib.cli.setup:init",
        "Make a new workspace for a real municipality.",
        "skolbank init borlange --municipality 2081",
    ),
    "example": (
        "analysis_lib.cli.setup:example",
        "Make the example municipality: a workspace with files in the real formats.",
        "skolbank example demo --size small",
    ),
    "import": (
        "analysis_lib.cli.data:import_files",
        "Recognise, check, pseudonymise and store files.",
        "skolbank import data/inbox --json import.json",
    ),
    "fetch": (
        "analysis_lib.cli.fetch:fetch",
        "Fetch figures from an API, check them and store them like imported files.",
        "skolbank fetch kolada --json fetched.json",
    ),
    "run": (
        "analysis_lib.cli.rounds:run",
        "Make all documents of a seminar; what is made and unchanged is left as it is.",
        "skolbank run 2026-ht --report skolbild --jobs 2",
    ),
    "status": (
        "analysis_lib.cli.rounds:status",
        "Show what is made, missing and failed.",
        "skolbank status 2026-ht --json status.json",
    ),
    "audit": (
        "analysis_lib.cli.rounds:audit",
        "Attack everything released so far; export every published statement.",
        "skolbank audit 2026-ht --facts facts.jsonl --lattice lattice.json",
    ),
    "publish": (
        "analysis_lib.cli.seminars:publish",
        "Make the public static site of public seminars; the edition before stays.",
        "skolbank publish 2026-ht --to webbplats",
    ),
    "freeze": (
        "analysis_lib.cli.seminars:freeze",
        "Lock a seminar: its numbers, parameters, notebooks and the moment of the register.",
        "skolbank freeze 2026-ht",
    ),
    "diff": (
        "analysis_lib.cli.seminars:diff",
        "Tell what has changed between two seminars, and why; makes a page of it.",
        "skolbank diff 2026-vt 2026-ht",
    ),
    "wheel": (
        "analysis_lib.cli.rhythm:wheel",
        "Tell what the årshjul asks for: late, due and next; draw it, or write a calendar file.",
        "skolbank wheel --ics arshjul.ics",
    ),
    "register export": (
        "analysis_lib.cli.register:export",
        "Write pre-filled Excel forms of the register.",
        "skolbank register export atgarder.xlsx --unit 99010014 --kind Åtgärd",
    ),
    "register import": (
        "analysis_lib.cli.register:import_workbook",
        "Read a filled-in workbook back: show what it changes, and save it when you say yes.",
        "skolbank register import atgarder.xlsx --role rektor",
    ),
    "register backup": (
        "analysis_lib.cli.register:backup",
        "Write the whole register to one file with a checksum.",
        "skolbank register backup 2026-11-22.skolbank-register",
    ),
    "register restore": (
        "analysis_lib.cli.register:restore",
        "Put a back-up into an empty register, or with --replace in the place of another.",
        "skolbank register restore 2026-11-22.skolbank-register",
    ),
    "register verify": (
        "analysis_lib.cli.register:verify",
        "Check that every line of the register is whole and in its place.",
        "skolbank register verify",
    ),
    "trace": (
        "analysis_lib.cli.privacy:trace",
        "Show where a figure comes from, from the mark at its foot.",
        "skolbank trace SB-26-7K3Q-X9TD",
    ),
    "keys": (
        "analysis_lib.cli.privacy:keys",
        "Look after the keys of pseudonyms and stored pupil rows.",
        "skolbank keys rotate",
    ),
    "retain": (
        "analysis_lib.cli.privacy:retain",
        "List what must be deleted by now; with --apply delete it.",
        "skolbank retain --apply",
    ),
    "extract": (
        "analysis_lib.cli.privacy:extract",
        "Write everything that is stored about one person; the number is read from stdin.",
        "skolbank extract utdrag.json < nummer.txt",
    ),
    "privacy": (
        "analysis_lib.cli.privacy:privacy",
        "Write drafts of the impact assessment and the record of processing.",
        "skolbank privacy dataskydd",
    ),
    "serve": (
        "analysis_lib.cli.serving:serve",
        "Serve the dashboards to those who may see them, each what is theirs.",
        "skolbank serve --port 8866",
    ),
    "access add": (
        "analysis_lib.cli.access:add",
        "Let somebody in to the dashboards; the password is read from stdin.",
        "skolbank access add rektor.eken --role rektor --unit 99010014 < fil",
    ),
    "access list": (
        "analysis_lib.cli.access:list_people",
        "List those who may log in, with role and scope.",
        "skolbank access list",
    ),
    "access remove": (
        "analysis_lib.cli.access:remove",
        "Take somebody off the list.",
        "skolbank access remove rektor.ekskolan",
    ),
    "lab": (
        "analysis_lib.cli.setup:lab",
        "Open JupyterLab on notebooks/explore.",
        "skolbank lab --no-browser --port 8899",
    ),
    "new source": (
        "analysis_lib.cli.new:source",
        "Describe a table of your own after a file of it.",
        "skolbank new source simskola simskola-2025.xlsx",
    ),
    "new indicator": (
        "analysis_lib.cli.new:indicator",
        "Write the skeleton of an indicator.",
        "skolbank new indicator results.passed_english_9",
    ),
    "new report": (
        "analysis_lib.cli.new:report",
        "Write the skeleton of a report: a notebook and its description.",
        "skolbank new report trygghet",
    ),
    "check": (
        "analysis_lib.cli.data:check",
        "Cross-check params, notebooks and data; tell all faults at once.",
        "skolbank check --workspace borlange",
    ),
}
# Commands of two words stand under their first word, which has a help of its own.
_GROUPS: dict[str, tuple[str, str]] = {
    "register": (
        "What people plan, rate, say and decide: Excel forms out and in, back-up and restore.",
        "skolbank register export atgarder.xlsx",
    ),
    "access": (
        "Who may log in to the dashboards, and what they may see.",
        "skolbank access list",
    ),
    "new": (
        "Skeletons of a source, an indicator or a report, for you to fill in.",
        "skolbank new source simskola simskola-2025.xlsx",
    ),
}


def build_app() -> App:
    """The command with all its sub-commands, none of them loaded yet."""
    app = App(
        name="skolbank",
        help="Skolbänken: files in, checked snapshots, indicators, disclosure control, reports.",
        version=__version__,
        help_format="plaintext",
        help_epilogue="Example: skolbank run 2026-ht",
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
        result_action="return_value",
    )
    groups = {
        name: App(name=name, help=text, help_epilogue=f"Example: {example}", help_format="plaintext")
        for name, (text, example) in _GROUPS.items()
    }
    for group in groups.values():
        app.command(group)
    for name, (target, text, example) in _COMMANDS.items():
        first, _, second = name.partition(" ")
        place = groups[first] if second else app
        place.command(target, name=second or first, help=text, help_epilogue=f"Example: {example}")
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the exit status is that of ``docs`` (0, 1, 2, 3, 4 or 130)."""
    tokens = command_first(sys.argv[1:] if arguments is None else arguments)
    try:
        status = build_app()(tokens)
    except CycloptsError as error:
        return _tell(describe(error, tokens, list(_COMMANDS)))
    except SkolbankError as error:
        if "--debug" in tokens:
            raise
        return _tell(str(error), error.exit_status)
    except KeyboardInterrupt:
        return _tell("Avbrutet. [interrupted]", EXIT_INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PARTIAL
    except Exception as error:
        if "--debug" in tokens:
            raise
        if isinstance(error, OSError) and error.errno in DISK_FAULTS:
            fault = cannot_write(error, "/".join(Path(str(error.filename or "")).parts[-2:]))
            return _tell(str(fault), fault.exit_status)
        text = "Något gick fel i programmet. Kör igen med --debug och anmäl felet."
        return _tell(f"{text} ({type(error).__name__}) [internal-error]", EXIT_PARTIAL)
    return status if isinstance(status, int) else 0


def _tell(message: str, status: int = EXIT_USAGE) -> int:
    print(message, file=sys.stderr)
    return status
