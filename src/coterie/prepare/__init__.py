"""Cleaning, features and scaling: fitted once on all rows, replayed on every new customer."""

from coterie.prepare.choosing import FeatureChoice, choose_features
from coterie.prepare.cleaning import Cleaning, plan_cleaning
from coterie.prepare.features import Derived, derive, newest_date
from coterie.prepare.sampling import draw_sample
from coterie.prepare.scaling import ScaledFeature, Scaling, fit_scaling

__all__ = [
    "Cleaning",
    "Derived",
    "FeatureChoice",
    "ScaledFeature",
    "Scaling",
    "choose_features",
    "derive",
    "draw_sample",
    "fit_scaling",
    "newest_date",
    "plan_cleaning",
]
