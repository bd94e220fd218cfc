"""Compares the two sides of a recorded call: a side that only repeats the other one is no speaker. Pure.

Mono saved as stereo, a voice that leaks into the other line and an echo all look alike: over a stretch of time one side
is a scaled and delayed copy of the other. The normalised cross-correlation tells how much of a side the other explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

WINDOW_MS = 250
_SPAN_WINDOWS = 2
"""Windows compared together: half a second of two voices correlates below .5, a copy above .9."""
_MOST_LAG_MS = 200
"""Echoes of telephone lines come back within this time (ITU-T G.131 plans for less)."""
_LEAST_ALIKE = 0.8
_SAME_ALIKE = 0.95
_SAME_LEVEL_DB = 3.0
_SAME_SHARE = 0.95
_QUIETER_DB = 6.0
"""A leak is at least this much below the voice it comes from; nearer levels may be two people in one room."""
_FLOOR_DB = -60.0
"""Full scale; below it nobody speaks."""
_SILENT_DB = -75.0
"""A leak below this is heard by nobody, and no recogniser writes it down."""
_FEWEST_WINDOWS = 3
_LAG_TOLERANCE_MS = 10


@dataclass(frozen=True, slots=True)
class _Span:
    """Half a second of both sides.

    Attributes:
        start_ms: Where it begins.
        alike: Share of the one side that the other explains as a scaled copy, 0..1.
        lag_ms: How much later the second side has it.
        levels_db: Of both sides, full scale is 0.
    """

    start_ms: int
    alike: float
    lag_ms: float
    levels_db: tuple[float, float]

    @property
    def is_active(self) -> bool:
        return max(self.levels_db) > _FLOOR_DB

    @property
    def difference_db(self) -> float:
        """How much louder the first side is."""
        return self.levels_db[0] - self.levels_db[1]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two sides have of each other.

    Attributes:
        is_one: Both sides are the same sound: a mono call.
        repeated_ms: For each side the stretches, in order, in which it only repeats the other one.
    """

    is_one: bool
    repeated_ms: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]

    def repeated_within(self, side: int, start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
        """Yield the parts of a piece of a side that only repeat the other one."""
        for first, last in self.repeated_ms[side]:
            if first < end_ms and start_ms < last:
                yield max(first, start_ms), min(last, end_ms)


SEPARATE = Comparison(is_one=False, repeated_ms=((), ()))


def compare(windows: Iterable[tuple[Samples, Samples]], rate_hz: int) -> Comparison:
    """Compare two sides.

    Args:
        windows: Samples of both sides, -1..1, `WINDOW_MS` at a time; the last may be shorter.
        rate_hz: Samples a second.
    """
    spans = [span for span in _spans(windows, rate_hz) if span.is_active]
    copies = [span for span in spans if span.alike >= _LEAST_ALIKE]
    same = [span for span in copies if span.alike >= _SAME_ALIKE and abs(span.difference_db) < _SAME_LEVEL_DB]
    if len(spans) >= _FEWEST_WINDOWS and len(same) >= _SAME_SHARE * len(spans):
        return Comparison(is_one=True, repeated_ms=((), ()))
    quieter = (
        [span for span in copies if span.difference_db < -_QUIETER_DB],
        [span for span in copies if span.difference_db > _QUIETER_DB],
    )
    return Comparison(is_one=False, repeated_ms=(_stretches(quieter[0]), _stretches(quieter[1])))


def _spans(windows: Iterable[tuple[Samples, Samples]], rate_hz: int) -> Iterator[_Span]:
    held: list[tuple[Samples, Samples]] = []
    for at, window in enumerate(windows):
        held = [*held[1 - _SPAN_WINDOWS :], window]
        if len(held) == _SPAN_WINDOWS:
            one, other = (np.concatenate([part[side] for part in held]) for side in (0, 1))
            yield _span((at + 1 - _SPAN_WINDOWS) * WINDOW_MS, one, other, rate_hz)


def _span(start_ms: int, one: Samples, other: Samples, rate_hz: int) -> _Span:
    energies = float(one @ one), float(other @ other)
    levels = tuple(10 * float(np.log10(energy / max(1, len(one)) + 1e-12)) for energy in energies)
    if max(levels) <= _FLOOR_DB or min(levels) <= _SILENT_DB:
        return _Span(start_ms, 0.0, 0.0, (levels[0], levels[1]))
    size = 2 * len(one)
    crossed = np.fft.irfft(np.fft.rfft(other, size) * np.conj(np.fft.rfft(one, size)), size)
    reach = min(len(one) - 1, _MOST_LAG_MS * rate_hz // 1000)
    near = np.concatenate([crossed[: reach + 1], crossed[-reach:]])
    lags = np.concatenate([np.arange(reach + 1), np.arange(-reach, 0)])
    best = int(np.argmax(np.abs(near)))
    # A delayed copy lies partly outside the span; what overlaps is what can be alike.
    overlap = 1 - abs(int(lags[best])) / len(one)
    alike = abs(float(near[best])) / max(np.sqrt(energies[0] * energies[1]) * max(overlap, 0.5), 1e-12)
    return _Span(start_ms, min(1.0, alike), float(lags[best]) * 1000 / rate_hz, (levels[0], levels[1]))


def _stretches(spans: Sequence[_Span]) -> tuple[tuple[int, int], ...]:
    """Join the spans of one and the same lag; a path that changes its length from word to word is chance."""
    if len(spans) < _FEWEST_WINDOWS:
        return ()
    usual = float(np.median([span.lag_ms for span in spans]))
    joined: list[list[int]] = []
    for span in spans:
        if abs(span.lag_ms - usual) > _LAG_TOLERANCE_MS:
            continue
        end_ms = span.start_ms + _SPAN_WINDOWS * WINDOW_MS
        if joined and span.start_ms <= joined[-1][1]:
            joined[-1][1] = end_ms
        else:
            joined.append([span.start_ms, end_ms])
    return tuple((first, last) for first, last in joined)
