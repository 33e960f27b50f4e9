"""The end of a command: a sentence and a code, never a traceback."""

from __future__ import annotations

import io
import os
import resource
import sys
from typing import TYPE_CHECKING

import click

from relaytop.cli.encoding import require_utf8
from relaytop.config.errors import RelaytopError
from relaytop.config.masking import mask_secrets
from relaytop.config.printable import printable

if TYPE_CHECKING:
    from typing import NoReturn

USAGE = 2
INTERRUPTED = 130


def run(command: click.Command) -> NoReturn:
    """Run a click command and exit: 2 with a sentence on stderr for a mistake of input."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the keys
    try:
        require_utf8(sys.argv[1:], os.environ)
        code = command.main(standalone_mode=False)
    except RelaytopError as error:
        click.echo(f"relaytop: {error}", err=True)
        sys.exit(USAGE)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(printable(mask_secrets(shown.getvalue()), keep="\n"), nl=False, err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output is gone; a second complaint at exit would be noise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
