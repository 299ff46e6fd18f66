"""Distinct customer histories with weights, as arrays: what likelihoods run over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_core import engine
from retention_core.clv.distinct import Distinct, Pairs
from retention_core.clv.errors import InvalidSummaryError
from retention_core.clv.summary import distinct_histories

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.clv.special import Floats


@dataclass(frozen=True)
class Histories:
    """Distinct (x, t_x, T) and how many ``customers`` share each.

    ``recency`` and ``T`` are in one time unit, which is the caller's.
    """

    frequency: Floats
    recency: Floats
    T: Floats
    customers: Floats

    @classmethod
    def of(cls, summary: ir.Table | pd.DataFrame) -> Histories:
        """Group a summary; a table is grouped in its engine.

        Raises
        ------
        InvalidSummaryError
            A history that no customer can have, or none at all.
        """
        if isinstance(summary, pd.DataFrame):
            histories = cls.counted(summary.assign(customers=1.0))
        else:
            histories = cls.distinct(summary)
        histories.check()
        return histories.merged() if isinstance(summary, pd.DataFrame) else histories

    @classmethod
    def distinct(cls, summary: ir.Table) -> Histories:
        """Group a summary in its engine; unchecked, and maybe none at all."""
        return cls.counted(engine.run(distinct_histories(summary)))

    @classmethod
    def counted(cls, frame: pd.DataFrame) -> Histories:
        """Of a frame that holds each once, with its ``customers``; unchecked."""
        columns = ("frequency", "recency", "T", "customers")
        return cls(*(frame[name].to_numpy(np.float64) for name in columns))

    def check(self) -> None:
        """Raise ``InvalidSummaryError`` where a history is impossible."""
        x, t_x, T = self.frequency, self.recency, self.T
        possible = (x >= 0) & (x == np.floor(x)) & (t_x >= 0) & (t_x <= T)
        possible &= np.isfinite(T) & np.where(x == 0, t_x == 0, True)
        if not possible.all() or not self.n_customers:
            rows = int(self.customers[~possible].sum())
            raise InvalidSummaryError(rows=rows, customers=self.n_customers)

    @property
    def n_customers(self) -> int:
        """How many customers there are."""
        return int(self.customers.sum())

    def merged(self) -> Histories:
        """Each history once, with all its customers, in order."""
        lasts = Distinct(np.arange(self.lasts.first.size), self.lasts.rows)
        both = Pairs.of(lasts, self.by_T)
        last = both.first
        return Histories(
            self.by_frequency.levels[self.lasts.first[last]],
            self.by_recency.levels[self.lasts.second[last]],
            self.by_T.levels[both.second],
            np.bincount(both.rows, self.customers).astype(np.float64),
        )

    def in_unit(self, length: float) -> Histories:
        """The same histories with time counted in units of ``length``."""
        scaled = Histories(
            self.frequency, self.recency / length, self.T / length, self.customers
        )
        # What is distinct stays so: of millions of histories it is found out once.
        known = {
            "by_frequency": self.by_frequency,
            "by_recency": self.by_recency.in_unit(length),
            "by_T": self.by_T.in_unit(length),
            "lasts": self.lasts,
            "ends": self.ends,
        }
        vars(scaled).update(known)
        return scaled

    def sample(self, size: int) -> Histories:
        """About ``size`` of the histories, evenly spread over them."""
        rows = slice(None, None, max(1, self.T.size // size))
        columns = (self.frequency, self.recency, self.T, self.customers)
        return Histories(*(column[rows] for column in columns))

    @cached_property
    def by_frequency(self) -> Distinct:
        """Distinct frequencies."""
        return Distinct.of(self.frequency)

    @cached_property
    def by_recency(self) -> Distinct:
        """Distinct recencies."""
        return Distinct.of(self.recency)

    @cached_property
    def by_T(self) -> Distinct:  # noqa: N802 the field's symbol
        """Distinct ages."""
        return Distinct.of(self.T)

    @cached_property
    def lasts(self) -> Pairs:
        """Distinct (x, t_x): all that depends on the last purchase."""
        return Pairs.of(self.by_frequency, self.by_recency)

    @cached_property
    def ends(self) -> Pairs:
        """Distinct (x, T): all that depends on today."""
        return Pairs.of(self.by_frequency, self.by_T)

    @cached_property
    def customers_by_frequency(self) -> Floats:
        """Customers of each distinct frequency."""
        return np.bincount(self.by_frequency.rows, self.customers).astype(np.float64)

    @cached_property
    def customers_by_end(self) -> Floats:
        """Customers of each distinct (x, T)."""
        return np.bincount(self.ends.rows, self.customers).astype(np.float64)
