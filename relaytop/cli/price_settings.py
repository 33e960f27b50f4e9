"""Settings for commands that need prices alone: no key, and no config file either."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from relaytop.config.errors import ConfigError
from relaytop.config.flags import adhoc_provider
from relaytop.config.load import load_settings
from relaytop.config.paths import config_file

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings


def price_settings(options: Options) -> Settings | None:
    """Load the settings, whether or not their keys can be had; None where nothing is configured.

    Raises:
        ConfigError: What is configured is wrong.
    """
    try:
        return load_settings(
            config=options.config, flags=options.flags, environ=os.environ, complaints={}
        )
    except ConfigError:
        path, named_by = config_file(options.config, os.environ)
        if named_by is not None or path.exists() or adhoc_provider(options.flags) is not None:
            raise
        return None
