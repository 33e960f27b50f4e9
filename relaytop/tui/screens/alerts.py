"""The keys of alerts: acknowledge what is known, snooze what nobody is to be told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.alert_marks import ShownAlerts, group_keys, snooze_words
from relaytop.tui.screens.zoom import ZoomScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.monitor.group import Group
    from relaytop.tui.screens.snooze import Snoozable, Snooze
    from relaytop.watch.session import Session

SOON_GONE_S = 4
ELSEWHERE = " (this screen only; the agent still sends notifications)"


class AlertScreen(ZoomScreen):
    """The part of the monitor's screen that is about alerts."""

    session: Session

    def __init__(self) -> None:
        super().__init__()
        self._held_alerts: ShownAlerts | None = None
        """Those of a picture that is held still."""

    @property
    def alerts(self) -> ShownAlerts:
        """The alerts that are shown."""
        if self._held_alerts is not None:
            return self._held_alerts
        alerting = self.session.alerting
        return ShownAlerts(alerting.firing, alerting.snoozed)

    def hold_alerts(self, *, held: bool) -> None:
        """Hold still what is shown of alerts, or let it go on."""
        self._held_alerts = None
        if held:
            self._held_alerts = self.alerts

    # ── keys ─────────────────────────────────────────────────────────────────

    def action_acknowledge(self) -> None:
        """Acknowledge the alerts about the selected row; where they all are, take it back."""
        group, targets = self._row()
        alerts = self._alerts_about(targets)
        if not alerts:
            name = group.name if group is not None else (targets[0] if targets else "nothing here")
            self._tell(f"no alert for {name}")
            return
        fresh = [alert for alert in alerts if not alert.acknowledged]
        for alert in fresh or alerts:
            self.session.alerting.acknowledge(alert, acknowledged=bool(fresh))
        keys = ", ".join(alert.key for alert in fresh or alerts)
        if fresh:
            self._note_alert(f"acknowledged: {keys}")
            self._tell(f"acknowledged: {keys}; no bell until it resolves")
        else:
            self._note_alert(f"no longer acknowledged: {keys}")
            self._tell(f"no longer acknowledged: {keys}")
        self.changed()

    def action_snooze(self) -> None:
        """Ask for how long nobody is to be told of the selected row."""
        from relaytop.tui.screens.snooze import SnoozeScreen  # noqa: PLC0415 - after first paint

        choices = self._snoozable()
        if choices:
            self.app.push_screen(SnoozeScreen(choices), self._snooze)

    def _snooze(self, answer: Snooze | None) -> None:
        if answer is None:
            return
        what, seconds = answer
        alerting, until = self.session.alerting, self.session.clock() + seconds
        for key in what.keys:
            if seconds:
                alerting.snooze(key, until)
            else:
                alerting.end_snooze(key)
        text = f"{snooze_words(until)}: {what.name}" if seconds else f"snooze ended: {what.name}"
        self._note_alert(text)
        self._tell(text)
        self.changed()

    def _row(self) -> tuple[Group | None, Sequence[str]]:
        """Return the group whose row is selected, if one is, and the ids of the row's targets."""
        group = self.view.group.group if self.view is not None and self.view.group else None
        if group is not None and group.key == self.selected_group:
            return group, group.targets
        return None, [self.selected] if self.selected in self.listed and self.selected else []

    def _alerts_about(self, targets: Sequence[str]) -> Sequence[Alert]:
        """Return the alerts about targets; the one that nothing is probed is about every row."""
        alerting = self.session.alerting
        of_engine = [alert for alert in alerting.firing if not alert.provider]
        return [*alerting.alerts_of(targets), *of_engine]

    def _snoozable(self) -> list[Snoozable]:
        """Return what of the selected row can be snoozed: its alerts or itself, and its provider.

        An alert is snoozed by its own key: one about a target may be its provider's.
        """
        from relaytop.tui.screens.snooze import Snoozable  # noqa: PLC0415 - after first paint

        group, targets = self._row()
        if group is not None:
            names = [(group.name, group_keys(group) or group.targets)]
        elif targets and self.view is not None:
            (target,) = targets
            provider = self.view.summaries.of(target).provider
            keys = tuple(alert.key for alert in self._alerts_about(targets)) or (target,)
            names = [(", ".join(keys), keys)]
            names += [(provider, (provider,))] if provider not in keys else []
        else:
            names = []
        shown = ShownAlerts(snoozes=self.session.alerting.snoozed)
        found = []
        for name, keys in names:
            until = shown.snoozed_until(*keys)
            words = None if until is None else snooze_words(until)
            found.append(Snoozable(name, keys, words))
        return found

    def _note_alert(self, text: str) -> None:
        where = ELSEWHERE if self.session.reads_agent else ""
        self.session.note("alert", "info", text + where)

    def _tell(self, text: str) -> None:
        self.notify(text, timeout=SOON_GONE_S, markup=False)
