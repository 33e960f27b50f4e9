"""A recording, read: lines of JSON that a recorder wrote, over as many parts as there are."""

from __future__ import annotations

from collections import Counter, deque
from typing import IO, TYPE_CHECKING, Self

from relaytop.config.errors import RelaytopError
from relaytop.config.safe_files import open_regular
from relaytop.config.settings import Provider, Settings, Target
from relaytop.config.text_files import MARK
from relaytop.protocol.codec import BadMessageError, decode_command, decode_report
from relaytop.protocol.messages import (
    Add,
    Budget,
    Credit,
    Finished,
    Hold,
    Note,
    Notice,
    Pulse,
    Ready,
    StatusPage,
)
from relaytop.protocol.validate import is_valid
from relaytop.store.recording_header import SCHEMA, read_header
from relaytop.store.rotation import parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from relaytop.probe.sample import Sample
    from relaytop.protocol.messages import Report
    from relaytop.store.recording_header import Header

LINE_BYTES = 256 * 1024
"""A longer line is skipped."""
MAX_TARGETS = 1000
"""Targets that are read from a recording."""
LAST_LINES = 200
"""Among so many lines is one that tells when it ended: a pulse comes every second."""
RECORDED = (Finished, Pulse, Hold, Budget, Credit, Notice, Ready, Note, StatusPage)
"""The reports that a recording holds."""
_START = b'{"":"'
_REPORTS = tuple(_START + f'{kind.__name__}"'.encode() for kind in RECORDED)
_FINISHED = _START + b'Finished"'
_SAMPLE = _FINISHED + b',"sample":{"target":"'


ENDLESS_BYTES = 64 * 1024 * 1024
"""A line that goes on for so long is none."""


class RecordingError(RelaytopError):
    """A file that is not a recording, an empty one, or one of a newer relaytop."""


def is_recording(path: Path) -> bool:
    """Return whether a file begins as a recording does; a pipe is left unread.

    Raises:
        RecordingError: It cannot be read.
    """
    try:
        if not path.is_file():
            return False
        with open_regular(path) as file:
            return file.read(len(MARK + _START)).removeprefix(MARK).startswith(_START)
    except OSError as error:
        sentence = f"{path} cannot be read: {error.strerror}"
        raise RecordingError(sentence) from None


class Recording:
    """A recording, open for reading as far as it had been written; a context manager.

    Args:
        path: The newest part; older ones lie beside it under `.1`, `.2` …

    Raises:
        RecordingError: There is no such file, or it is not a recording, empty or of a newer schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken = 0
        """Lines that could not be read, in the reading that found most of them."""
        self.most_samples = 0
        """Samples of the target that has most of them, or more where some cannot be read."""
        self.share_read = 0.0
        """Progress of the newest reading, 0 to 1."""
        self.place = (0, 0)
        """The file and the byte in it at which the newest reading goes on."""
        self.watched: tuple[str, ...] = ()
        """The targets that were watched when the newest report was made; none where the newest
        reading has not seen a header."""
        self._settings = Settings()
        self._targets: dict[str, Target] = {}
        self._files: list[tuple[IO[bytes], int]] = []
        try:
            self._open()
            self._header, self.began_at, self.ended_at = self._scan()
        except OSError as error:
            self.close()
            sentence = f"{path} cannot be read: {error.strerror}"
            raise RecordingError(sentence) from None
        except RecordingError:
            self.close()
            raise

    def _open(self) -> None:
        found = parts(self.path)
        if not found:
            sentence = f"{self.path}: no such file; `relaytop --record FILE` writes a recording"
            raise RecordingError(sentence)
        for name in found:
            if not name.is_file():
                sentence = f"{self.path} is not a relaytop recording: it is not a file"
                raise RecordingError(sentence)
            file = open_regular(name)
            self._files.append((file, file.seek(0, 2)))

    def __enter__(self) -> Self:
        """Return the open recording."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the files; nothing can be read any more."""
        for file, _size in self._files:
            file.close()

    # ── what it is ───────────────────────────────────────────────────────────

    @property
    def host(self) -> str:
        """The name of the machine that probed last; empty where it is unknown."""
        return self._header.host

    @property
    def settings(self) -> Settings:
        """Every target that was watched, and the newest window; no key and no address."""
        return self.settings_of(self._targets)

    def settings_of(self, watched: Collection[str]) -> Settings:
        """Return the settings with these targets alone; with all where there is none of them."""
        header, wanted = self._header, set(watched)
        targets = tuple(target for name, target in self._targets.items() if name in wanted)
        targets = targets or tuple(self._targets.values())
        names = dict.fromkeys(target.provider for target in targets)
        return Settings(
            providers=tuple(Provider(name=name, base_url="") for name in names),
            targets=targets,
            window=header.window,
            history=header.history,
            budget_usd=header.budget_usd,
        )

    def _scan(self) -> tuple[Header, float, float]:
        """Return the newest header, the beginning and the end; most reports are not decoded."""
        header: Header | None = None
        began_at: float | None = None
        sampled = False
        counts: Counter[bytes] = Counter()
        last: deque[bytes] = deque(maxlen=LAST_LINES)
        for line, _complete in self._lines():
            if line is None:
                continue
            if not line.startswith(_REPORTS):
                header = self._described(line) or header
                continue
            last.append(line)
            if line.startswith(_FINISHED):
                counts[_target_in(line)] += 1
            if sampled:
                continue
            report = _report(line)
            sampled = isinstance(report, Finished)
            began_at = began_at if began_at is not None else moment_of(report)
        unclear = counts.pop(b"", 0)
        self.most_samples = max(counts.values(), default=0) + unclear
        if not any(size for _file, size in self._files):
            sentence = f"{self.path} is empty: nothing was recorded"
            raise RecordingError(sentence)
        if header is None or (sampled and not self._targets):
            sentence = f"{self.path} is not a relaytop recording: its header is missing"
            raise RecordingError(sentence)
        if began_at is None or not sampled:
            sentence = f"{self.path} is empty: it contains no finished probe"
            raise RecordingError(sentence)
        moments = (moment_of(_report(line)) for line in reversed(last))
        ended_at = next((at for at in moments if at is not None), began_at)
        return header, began_at, max(began_at, ended_at)

    def _described(self, line: bytes) -> Header | None:
        """Return the header that a line is, or keep the target that it is."""
        header = read_header(line)
        if header is None:
            target = _target(line)
            if target is not None and len(self._targets) < MAX_TARGETS:
                self._targets[target.id] = target
            return None
        if header.schema > SCHEMA:
            sentence = (
                f"{self.path} has schema {header.schema}, but this relaytop reads up to {SCHEMA}: "
                "update relaytop"
            )
            raise RecordingError(sentence)
        return header

    # ── what is in it ────────────────────────────────────────────────────────

    def samples(self) -> Iterator[Sample]:
        """Yield every sample in the order in which they were written; may be called again."""
        for report in self.reports():
            if isinstance(report, Finished):
                yield report.sample

    def reports(self, start: tuple[int, int] = (0, 0)) -> Iterator[Report]:
        """Yield every report in the order in which they were written.

        Lines that cannot be read are skipped and counted in `broken`. May be called again, once
        the iterator before is done with.

        Args:
            start: A `place` to begin at.
        """
        broken = 0
        if start == (0, 0):
            self.watched = ()
        for line, complete in self._lines(start):
            if line is not None:
                report = _report(line)
                if report is not None:
                    yield report
                    continue
                if read_header(line) is not None:
                    self.watched = ()
                    continue
                if (target := _target(line)) is not None:
                    if target.id in self._targets and target.id not in self.watched:
                        self.watched = (*self.watched, target.id)
                    continue
            broken += complete
            self.broken = max(self.broken, broken)

    def _lines(self, start: tuple[int, int] = (0, 0)) -> Iterator[tuple[bytes | None, bool]]:
        """Yield (line, whether it was written to its end); None for one that is too long."""
        total = max(1, sum(size for _file, size in self._files))
        first, offset = start
        before = sum(size for _file, size in self._files[:first])
        for number, (file, size) in enumerate(self._files[first:], first):
            file.seek(offset)
            left, offset = size - offset, 0
            while left > 0 and (line := file.readline(min(left, LINE_BYTES))):
                left -= len(line)
                self.share_read = (before + size - left) / total
                self.place = number, size - left
                complete = line.endswith(b"\n")
                if complete or left <= 0:
                    yield line.removeprefix(MARK), complete
                    continue
                skipped = 0
                while left > 0 and (more := file.readline(min(left, LINE_BYTES))):
                    left -= len(more)
                    skipped += len(more)
                    if skipped > ENDLESS_BYTES:
                        sentence = f"{self.path} is not a relaytop recording: a line is too long"
                        raise RecordingError(sentence)
                    if more.endswith(b"\n"):
                        break
                self.place = number, size - left
                yield None, True
            before += size


def moment_of(report: Report | None) -> float | None:
    """Return the Unix seconds at which a report was made; None where it does not say."""
    if isinstance(report, Finished):
        return report.sample.ended_at
    return report.at if isinstance(report, Pulse | Note) else None


def _target_in(line: bytes) -> bytes:
    """Return the target of a sample as it is written, without decoding the line.

    Empty where it does not stand in the place in which a recorder writes it.
    """
    if not line.startswith(_SAMPLE):
        return b""
    return line[len(_SAMPLE) : line.find(b'"', len(_SAMPLE))]


def _report(line: bytes) -> Report | None:
    try:
        report = decode_report(line)
    except BadMessageError:
        return None
    return report if isinstance(report, RECORDED) and is_valid(report) else None


def _target(line: bytes) -> Target | None:
    try:
        command = decode_command(line)
    except BadMessageError:
        return None
    if not isinstance(command, Add) or not isinstance(command.targets, tuple):
        return None
    (target,) = command.targets if len(command.targets) == 1 else (None,)
    return target if isinstance(target, Target) and is_valid(target) else None
