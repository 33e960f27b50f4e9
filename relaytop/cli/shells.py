"""What relaytop and a shell say to each other to complete a line."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

if TYPE_CHECKING:
    import click

VARIABLE = "_RELAYTOP_COMPLETE"
"""Set by the script while a shell completes a line: `bash_complete`."""
PROGRAM = "relaytop"

# click's own script takes bash's words, which are parted at each colon: `openai/gpt-4.1:free` is
# three. This one hands over the line. A value never meets the shell's expansion.
_BASH = """\
%(complete_func)s() {
    local response type value
    response=$(COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done <<< "$response"
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -F %(complete_func)s %(prog_name)s
"""
# click's own script cuts a description at its first comma, and has no files after `--option=`.
_FISH = """\
function %(complete_func)s
    set -l word (commandline -t)
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \\
        COMP_CWORD=$word %(prog_name)s 2>/dev/null)
    set -l option (string match -r -- '^-[^=]*=' $word; or echo)
    set -l typed (string replace -- "$option" "" $word)
    for completion in $response
        set -l metadata (string split -m 1 "," -- $completion)
        switch $metadata[1]
            case dir
                printf '%%s\\n' $option(__fish_complete_directories $typed)
            case file
                printf '%%s\\n' $option(__fish_complete_path $typed)
            case plain
                printf '%%s\\n' $option$metadata[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""
# click's own script knows no files after `--option=`.
_ZSH = ZshComplete.source_template.replace(
    "_path_files -", "[[ $PREFIX == -*=* ]] && compset -P '*='; _path_files -"
)
_PLAIN = re.compile(r"[^\w./:@%+=,-]", re.ASCII)
"""A character that bash gives a meaning, or might."""


class Bash(BashComplete):
    """Completion for bash, of words with colons too."""

    source_template = _BASH

    @staticmethod
    def _check_version() -> None:
        """Check nothing: the script runs on every bash that has `complete`."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is completed, and that one."""
        line = os.environ.get("COMP_LINE", "")
        words = split_arg_string(line)[1:]
        self._is_quoted = _ends_in_quote(line)
        self._word = words.pop() if words and not _ends_a_word(line) else ""
        return words, self._word

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return a completion without what bash leaves as it is: all up to the last break."""
        value = str(item.value)
        breaks = os.environ.get("COMP_WORDBREAKS", "")
        option, _, typed = self._word.rpartition("=") if self._word[:1] == "-" else ("", "", "")
        word = typed if option else self._word
        if ":" in breaks and ":" in word and value.startswith(word):
            value = value[word.rindex(":") + 1 :]
        elif option and "=" not in breaks:
            value = f"{option}={value}"
        if not self._is_quoted:
            value = _PLAIN.sub(lambda found: chr(92) + found[0], value)
        return f"{item.type},{value}"


class Zsh(ZshComplete):
    """Completion for zsh, of `--option=value` too."""

    source_template = _ZSH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is completed, and that one."""
        words, word = super().get_completion_args()
        option, equals, _ = word.rpartition("=") if word[:1] == "-" else ("", "", "")
        self._option = option + equals
        return words, word

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return a completion with the option that it is the value of."""
        item.value = f"{self._option}{item.value}"
        return super().format_completion(item)


class Fish(FishComplete):
    """Completion for fish, with whole descriptions."""

    source_template = _FISH


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def script(command: click.Command, shell: str) -> str:
    """Return the script that a shell reads once, to complete lines of relaytop."""
    return SHELLS[shell](command, {}, PROGRAM, VARIABLE).source()


def answer(command: click.Command, instruction: str) -> None:
    """Write the completions of the line that the environment holds; nothing where one cannot.

    Args:
        command: relaytop's.
        instruction: What the script set `VARIABLE` to.
    """
    shell = SHELLS.get(instruction.removesuffix("_complete"))
    if shell is None:
        return
    try:
        found = shell(command, {}, PROGRAM, VARIABLE).complete()
    except Exception:  # noqa: BLE001 - a word of ours would stand in the line being typed
        return
    sys.stdout.write(found + "\n")


def _ends_a_word(line: str) -> bool:
    """Return whether a line's last word is complete, by a blank that no quote holds."""
    return len(split_arg_string(line)) < len(split_arg_string(line + "x"))


def _ends_in_quote(line: str) -> bool:
    """Return whether a quote is open at a line's end."""
    quote = ""
    characters = iter(line)
    for character in characters:
        if character == "\\" and quote != "'":
            next(characters, None)
        elif quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
    return bool(quote)
