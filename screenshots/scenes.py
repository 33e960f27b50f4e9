"""The terminals in which the demo is shown: sizes, flags, keys, and when pictures are taken.

Seconds are those of a terminal; `begin_s` is the second of the demo's script at which it begins
(relaytop/demo/incident.py). The outage begins at the script's second 18, and again at 258.
"""

from __future__ import annotations

from typing import NamedTuple

SEED = 7
LARGE, SMALL, WIDE = (120, 36), (80, 24), (200, 50)


class Step(NamedTuple):
    """What happens at one moment."""

    at_s: float
    size: tuple[int, int] | None = None
    """The terminal's new size."""
    keys: tuple[str, ...] = ()
    """Pressed one after another."""
    picture: str | None = None
    """The name of the picture that is taken, when all of this has been drawn."""
    marker: str | None = None
    """What a recording's time line says here."""
    cut: bool = False
    """Whether the fleet's last place breaks."""


class Showing(NamedTuple):
    """One terminal with the demo, or a fleet, in it."""

    title: str
    size: tuple[int, int]
    steps: tuple[Step, ...]
    begin_s: float
    command: tuple[str, ...] = ("demo", "--seed", str(SEED))
    """What relaytop is started with; `fleet`: on the servers of `fleet.py`."""
    flags: tuple[str, ...] = ()
    recording: str | None = None
    """The name of the recording that is kept."""


COMMAND = f"relaytop demo --seed {SEED}"
# A window of calm before the outage, so that charts and sparklines have what to show.
BEFORE_S = 165.0
OUTAGE_S = 258.0 - BEFORE_S
"""The second of a terminal at which the outage begins."""
TAIL_S = 310.0 - BEFORE_S
"""The second at which one model's tail begins to grow."""
SHOWINGS = (
    Showing(
        COMMAND,
        LARGE,
        (
            Step(OUTAGE_S + 4, keys=("n",), picture="incident"),
            Step(OUTAGE_S + 6, size=SMALL, picture="small"),
            Step(OUTAGE_S + 8, size=WIDE, picture="wide"),
            Step(OUTAGE_S + 10, size=LARGE, keys=("?",), picture="help"),
            Step(TAIL_S, keys=("escape",)),
            Step(TAIL_S + 20, keys=("/", *"holysheep/claude", "enter", "c"), picture="comparison"),
            Step(TAIL_S + 23, keys=("escape", "enter", "v", "v"), picture="histogram"),
            Step(TAIL_S + 26, keys=("escape", "escape", "t")),
            # The notice of the theme's name has gone by then.
            Step(TAIL_S + 29, picture="light"),
        ),
        begin_s=BEFORE_S,
    ),
    Showing(
        f"{COMMAND} --no-color",
        SMALL,
        (Step(OUTAGE_S + 8, keys=("n",), picture="no-color"),),
        begin_s=BEFORE_S,
        flags=("--no-color",),
    ),
    Showing(
        f"{COMMAND} --ascii",
        SMALL,
        (Step(OUTAGE_S + 8, keys=("n",), picture="ascii"),),
        begin_s=BEFORE_S,
        flags=("--ascii",),
    ),
    Showing(
        COMMAND,
        (100, 30),
        (
            Step(0, marker="all is well"),
            Step(20, marker="an outage: one line, one alert"),
            Step(23, keys=("n",)),
            Step(27, keys=("e",), marker="its failures, by class"),
            Step(29, keys=("enter",)),
            Step(32, keys=("escape",)),
            Step(34, keys=("left",), marker="the provider, folded"),
            Step(37, keys=("right",)),
            Step(40, keys=("/", *"deepseek", "enter"), marker="a cache answers"),
            Step(47, keys=("escape",)),
            Step(49, keys=("/", *"gemini", "enter"), marker="another model answers"),
            Step(56, keys=("escape",)),
            Step(58, keys=("b",), marker="grouped by model"),
            Step(62, keys=("home", "c"), marker="three providers of one model"),
            Step(69, keys=("escape", "b", "b")),
            Step(71, marker="the alert resolves"),
            Step(75, keys=("l",), marker="the event log"),
            Step(79, keys=("escape", "/", *"direct/openai", "enter", "enter", "v", "v")),
            Step(80, marker="a histogram"),
            Step(85, keys=("escape", "escape")),
            Step(88),
        ),
        begin_s=0.0,
        recording="demo",
    ),
)


FLEET_S = 45.0
"""The second at which one place of the fleet breaks; all of them do in the demo's next outage, a
minute later."""
SHOWINGS += (
    Showing(
        "relaytop fleet --prometheus http://prom:9090",
        LARGE,
        (
            Step(FLEET_S, cut=True),
            Step(FLEET_S + 35, keys=("n",), picture="fleet"),
            Step(FLEET_S + 38, size=SMALL, picture="fleet-small"),
            # A refresh later the rows that came in sight have their history.
            Step(FLEET_S + 40, size=WIDE),
            Step(FLEET_S + 57, picture="fleet-wide"),
        ),
        begin_s=0.0,
        command=("fleet",),
    ),
)


def pictures() -> list[str]:
    """Return the names of all pictures."""
    return [step.picture for shown in SHOWINGS for step in shown.steps if step.picture]


def recordings() -> list[str]:
    """Return the names of all recordings."""
    return [shown.recording for shown in SHOWINGS if shown.recording]
