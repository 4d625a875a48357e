"""How figures are written, in HTML and on a terminal alike: `percent`, `interval`, `number`, `plural`. A dash stands for None."""

from model import test_time_augmentation

UNDEFINED = "–"

SECOND_LOOK = (
    f"an image that the network is less than {100 * test_time_augmentation.CERTAIN:.0f} % certain of is read "
    f"{len(test_time_augmentation.VARIATIONS)} more times, a pixel away or turned a little, and the mean says which digit it is"
)


def percent(fraction: float | None, decimals: int = 2) -> str:
    """A fraction in [0, 1] as percent: 0.9971 → "99.71 %"."""
    return UNDEFINED if fraction is None else f"{100 * fraction:.{decimals}f} %"


def interval(limits: tuple[float, float] | None, decimals: int = 2) -> str:
    """Two fractions in [0, 1] as percent: (0.9958, 0.998) → "99.58–99.80"."""
    return UNDEFINED if limits is None else f"{100 * limits[0]:.{decimals}f}–{100 * limits[1]:.{decimals}f}"


def number(value: float | None, decimals: int) -> str:
    """A number with so many decimals: 0.01234 → "0.0123"."""
    return UNDEFINED if value is None else f"{value:.{decimals}f}"


def thousands(n: int) -> str:
    """A whole number: 10000 → "10,000"."""
    return f"{n:,}"


def plural(n: int, word: str) -> str:
    """A count with its word: "1 image", "10,000 images"."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"
