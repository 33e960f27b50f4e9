"""What someone who does not look at the screen is told of alerts: title, bell, notification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.alerts.formats.sentence import sentence
from relaytop.tui.draw.alert_marks import title_text
from relaytop.tui.terminal.driver import TerminalDriver

if TYPE_CHECKING:
    from relaytop.alerts.firing import Change
    from relaytop.tui.app import RelaytopApp

NAME = "relaytop"


class AlertNotices:
    """Passes alerts on to the terminal, as far as `[alerts]` wants it.

    Args:
        app: Its terminal is told, and its session has the alerts.
    """

    def __init__(self, app: RelaytopApp) -> None:
        self._app = app
        self._alerts = app.session.settings.alerts
        self._titled = False
        """Whether the title is ours: before the first alert it is left as it is."""
        app.session.alerting.on_change = self._tell

    def update_title(self) -> None:
        """Have the title tell how many alerts call for attention now."""
        driver = self._driver
        if driver is None or not self._alerts.title:
            return
        title = title_text(self._app.session.alerting.firing, self._app.glyphs)
        self._titled = self._titled or title is not None
        if self._titled:
            driver.attention.set_title(title or NAME)
            driver.send_attention()

    def _tell(self, change: Change) -> None:
        driver = self._driver
        if driver is None:
            return
        if change.rings and self._alerts.bell:
            driver.attention.ring()
        is_end = change.kind == "resolved" and change.sent
        if (change.rings or is_end) and self._alerts.notify:
            host = self._app.session.host
            driver.attention.notify(f"{NAME} on {host}: {sentence(change.alert)}")
        self.update_title()
        driver.send_attention()

    @property
    def _driver(self) -> TerminalDriver | None:
        """The driver of our own; None where the app runs on another, as in tests."""
        driver = self._app._driver  # noqa: SLF001 - Textual has no other way to it
        return driver if isinstance(driver, TerminalDriver) else None
