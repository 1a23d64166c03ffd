"""What to expect of each customer: orders and spend over the time to come, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.insight.lifetime import BgNbd, fit_bg_nbd
from coterie.insight.lifetime_spend import RELATED, GammaGamma, fit_gamma_gamma
from coterie.prepare.orders_repeats import DAYS_IN, Unit
from coterie.schema.notes import Note

if TYPE_CHECKING:
    import polars as pl

MOST_FITTED = 50_000
"""More customers than this do not change four parameters; they are drawn evenly."""


@dataclass(frozen=True)
class Expectation:
    """The models behind expected orders and spend.

    Attributes
    ----------
    days : float
        The time to come.
    orders : BgNbd
    spend : GammaGamma or None
        None where nothing says what was paid.
    notes : tuple of Note
    """

    days: float
    orders: BgNbd
    spend: GammaGamma | None
    notes: tuple[Note, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "days": self.days,
            "bg_nbd": self.orders.to_dict(),
            "gamma_gamma": self.spend.to_dict() if self.spend else None,
        }


def expect_orders(
    frame: pl.DataFrame, unit: Unit, horizon: float
) -> tuple[pl.DataFrame, Expectation]:
    """Fit both models to customers and add what they expect.

    Columns in (``x``, ``t_x``, ``T``, perhaps ``m_x``) -> the same, ``probability_alive``,
    ``expected_orders`` and, with ``m_x``, ``expected_spend``.

    Parameters
    ----------
    frame : polars.DataFrame
    unit : {"day", "week", "calendar-week"}
        Of ``t_x`` and ``T``.
    horizon : float
        The time to come, in `unit`.

    Raises
    ------
    TooFewCustomersError
        If too few customers bought again to learn from.
    """
    import polars as pl

    x, t_x, age = (frame[name].cast(pl.Float64).to_numpy() for name in ("x", "t_x", "T"))
    step = max(1, -(-len(frame) // MOST_FITTED))
    model = fit_bg_nbd(x[::step], t_x[::step], age[::step], unit=unit)
    orders = model.expected_purchases(horizon, x, t_x, age)
    added = [
        pl.Series("probability_alive", model.probability_alive(x, t_x, age)),
        pl.Series("expected_orders", orders),
    ]
    days = horizon * DAYS_IN[unit]
    told = f"over the {days:,.0f} days after the last one observed"
    text = (
        f"Orders are expected {told}, by a BG/NBD model (Fader, Hardie and Lee 2005) of "
        f"{model.n_customers:,} customers. It takes nobody to have left before a second purchase, "
        "so after a single one the probability of being alive is 1."
    )
    notes, spend = [Note("expectation", text)], None
    if "m_x" in frame.columns:
        worth = frame["m_x"].fill_null(np.nan).to_numpy()
        spend = fit_gamma_gamma(x[::step], worth[::step])
        value = pl.Series("expected_spend", orders * spend.expected_value(x, worth))
        added.append(value.fill_nan(None))
        notes += _spend_notes(spend)
    return frame.with_columns(added), Expectation(days, model, spend, tuple(notes))


def _spend_notes(spend: GammaGamma) -> list[Note]:
    """Say where the model of spending does not hold."""
    notes = []
    if abs(spend.correlation) >= RELATED:
        text = (
            "Those who buy often spend differently on a purchase than others (correlation "
            f"{spend.correlation:.2f}); the gamma-gamma model takes them to be alike, so expected "
            "spend is rough."
        )
        notes.append(Note("expectation", text, "expected_spend", level="warning"))
    if spend.q <= 1:
        text = (
            "What a purchase is worth scatters so widely that customers without a repeat purchase "
            "have no expected spend."
        )
        notes.append(Note("expectation", text, "expected_spend", level="warning"))
    return notes
