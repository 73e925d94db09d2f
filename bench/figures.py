"""From samples to figures: medians, how far the samples are apart, ratios of samples that were taken side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

__all__ = ["Figure", "figure", "paired_ratio"]


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of some samples.

    :param spread: half of the distance between the quartiles, as a part of the median; None for one sample.
    """

    median: float
    spread: float | None
    samples: int


def figure(samples: Sequence[float]) -> Figure | None:
    """Put samples into one figure; None where there are none."""
    if not samples:
        return None
    middle = median(samples)
    spread = None
    if len(samples) > 1 and middle:
        low, _, high = quantiles(samples, n=4, method="inclusive")
        spread = (high - low) / 2 / middle
    return Figure(middle, spread, len(samples))


def paired_ratio(upper: Mapping[int, float], lower: Mapping[int, float]) -> float | None:
    """The median of the ratios ``upper / lower`` of the rounds that have both; without such, the ratio of medians.

    What slows the machine down for a while slows down both samples of a round, and leaves their ratio.

    :param upper: samples by round.
    :param lower: samples by round.
    """
    ratios = [upper[one] / lower[one] for one in upper if lower.get(one)]
    if ratios:
        return median(ratios)
    below = median(lower.values()) if lower else 0
    return median(upper.values()) / below if upper and below else None
