"""What someone who does not look at the screen is told of alerts: title, bell, notification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.alerts.formats.sentence import sentence
from relaytop.tui.draw.alert_marks import title_text
from relaytop.tui.terminal.driver import TerminalDriver

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.driver import Driver

    from relaytop.alerts.firing import Change
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.watch.session import Session

NAME = "relaytop"


class AlertNotices:
    """Passes alerts on to the terminal, as far as `[alerts]` wants it.

    Args:
        session: What has the alerts.
        glyphs: The signs of the title.
        driver: Returns the driver of the terminal that is told; of another than our own, such as
            that of a test, nothing is asked.
    """

    def __init__(
        self, session: Session, glyphs: Glyphs, driver: Callable[[], Driver | None]
    ) -> None:
        self._session, self._glyphs, self._find_driver = session, glyphs, driver
        self._alerts = session.settings.alerts
        self._titled = False
        """Whether the title is ours: before the first alert it is left as it is."""
        session.alerting.on_change = self._tell

    def update_title(self) -> None:
        """Have the title tell how many alerts call for attention now."""
        driver = self._driver
        if driver is None or not self._alerts.title:
            return
        title = title_text(self._session.alerting.firing, self._glyphs)
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
            host = self._session.host
            driver.attention.notify(f"{NAME} on {host}: {sentence(change.alert)}")
        self.update_title()
        driver.send_attention()

    @property
    def _driver(self) -> TerminalDriver | None:
        driver = self._find_driver()
        return driver if isinstance(driver, TerminalDriver) else None
