"""`relaytop keys`: the keys of the screen, in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relaytop.cli.options import screen_config_options
from relaytop.cli.output import output_options
from relaytop.cli.user_keys import place_in, screen_settings
from relaytop.report.keys import KeyRow, KeysReport
from relaytop.tui.key_names import written_key
from relaytop.tui.keymap import keys_in_force
from relaytop.tui.keys import GROUPS, PLACES

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.cli.output import Output
    from relaytop.tui.keymap import BoundKeys


@click.command()
@output_options()
@screen_config_options
def keys(output: Output, options: Options) -> None:
    """List the screen's keys and their names in the config's [keys].

    A mistake in [keys] is reported with its line: an unknown name or key, or two bindings
    with one key. `--format toml` prints a [keys] table to start from.
    """
    bound = keys_in_force(screen_settings(options.config).keys, place_in(options.config))
    output.write(KeysReport(sorted(map(_row, bound), key=_order)), options)


def _row(bound: BoundKeys) -> KeyRow:
    binding = bound.binding
    return KeyRow(
        id=bound.id,
        keys=bound.written,
        default=",".join(map(written_key, bound.defaults)),
        place=bound.place,
        group=binding.group.description if binding.group else "",
        does=binding.tooltip,
    )


def _order(row: KeyRow) -> tuple[int, int]:
    groups = [group.description for group in GROUPS]
    return [*PLACES].index(row.place), groups.index(row.group) if row.group in groups else 0
