"""httpx without its command line, and without looking for sniffio at every lock.

`import httpx` also imports its own CLI where click, rich and pygments happen to be installed:
40 ms and 6 MB in every engine. Marking that one module as absent makes httpx do what it does
on a machine without them.

httpcore tries to import sniffio whenever it makes a lock, several times a request, and Python
does not remember a failed search through its path: a fifth of a probe's CPU. Where there is no
sniffio, saying so once makes the attempt free.
"""

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from types import ModuleType

_CLI = "httpx._main"
_SNIFFIO = "sniffio"
_modules = cast("dict[str, ModuleType | None]", sys.modules)
"""None marks a module as absent, which typeshed does not know."""

if "httpx" not in sys.modules:
    _modules[_CLI] = None
    import httpx

    del sys.modules[_CLI]
else:
    import httpx

if _SNIFFIO not in sys.modules and find_spec(_SNIFFIO) is None:
    _modules[_SNIFFIO] = None

__all__ = ["httpx"]
