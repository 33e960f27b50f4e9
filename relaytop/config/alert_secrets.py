"""The URLs that alerts are sent to, where `[alerts]` names what prints or holds them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any, cast

from relaytop.config.alert_checks import checked_services, checked_webhook
from relaytop.config.errors import ConfigError
from relaytop.config.keys import COMMAND_TIMEOUT_S, VARIABLE
from relaytop.config.masking import shown_path, shown_variable
from relaytop.config.text_files import decode_text
from relaytop.config.user_command import TooMuchOutputError, run_user_command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaytop.config.schema import AlertsTable, ConfigFile
    from relaytop.config.source_location import Source


def with_alert_urls(
    file: ConfigFile, source: Source, environ: Mapping[str, str], bare: Mapping[str, str]
) -> ConfigFile:
    """Return the file with the URLs that its `[alerts]` names a variable or a command for.

    Args:
        file: The config file.
        source: Finds the places of its keys.
        environ: Where the variable is looked for.
        bare: The environment of the commands, without keys.

    Raises:
        ConfigError: A named place holds no usable URL. The URL itself is never in the text.
    """
    table: dict[str, Any] = {**file.get("alerts", {})}
    if not table.keys() & {"webhook_env", "webhook_command", "services_command"}:
        return file
    if variable := table.pop("webhook_env", None):
        place = f"{source.place('alerts', 'webhook_env')}: {VARIABLE}{shown_variable(variable)}"
        if variable not in environ:
            sentence = f"{place} is not set; export it with the webhook's URL"
            raise ConfigError(sentence)
        table["webhook"] = _checked(checked_webhook, environ[variable].strip(), place)
    if command := table.pop("webhook_command", None):
        place = f"{source.place('alerts', 'webhook_command')}: '{shown_path(command[0])}'"
        table["webhook"] = _checked(checked_webhook, _printed(command, bare, place).strip(), place)
    if command := table.pop("services_command", None):
        place = f"{source.place('alerts', 'services_command')}: '{shown_path(command[0])}'"
        urls = _printed(command, bare, place).split()
        table["services"] = _checked(checked_services, urls, place)
    return {**file, "alerts": cast("AlertsTable", table)}


def _checked(check: Callable[[object], object], value: object, place: str) -> object:
    try:
        return check(value)
    except ValueError as error:
        sentence = f"{place}: {error}"
        raise ConfigError(sentence) from None


def _printed(command: list[str], bare: Mapping[str, str], place: str) -> str:
    by_hand = "run it by hand to see why"
    try:
        done = run_user_command(command, bare, COMMAND_TIMEOUT_S)
        text = decode_text(done.output)
    except subprocess.TimeoutExpired:
        sentence = f"{place} did not finish within {COMMAND_TIMEOUT_S:g} s; {by_hand}"
        raise ConfigError(sentence) from None
    except (TooMuchOutputError, UnicodeDecodeError):
        sentence = f"{place} printed something other than URLs; {by_hand}"
        raise ConfigError(sentence) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        sentence = f"{place} cannot be run: {reason}; name a program that prints the URLs"
        raise ConfigError(sentence) from None
    if done.returncode != 0 or not text.strip():
        found = f"ended with exit code {done.returncode}" if done.returncode else "printed nothing"
        sentence = f"{place} {found}; {by_hand}"
        raise ConfigError(sentence)
    return text
