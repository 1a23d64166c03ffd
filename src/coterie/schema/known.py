"""Columns known by sight: the usual spellings, and what each means to a person."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from coterie.schema.columns import Kind, Role
from coterie.schema.spelling import humanise, range_of, unit_of, words_of
from coterie.schema.spellings import CODES, COUNTERS, POSTAL, PREFIXES, SPELLINGS


@dataclass(frozen=True)
class Meaning:
    """What a column known by sight is.

    Attributes
    ----------
    meaning : str
        As in `Column.meaning`.
    label : str
        How a person reads it, without the unit.
    kind : str
        What its values should be; the data has to agree before the meaning is taken.
    role : str
    unit : str
    lower, upper : float or None
        Values outside are impossible, provided the data agrees.
    personal : bool
    """

    meaning: str
    label: str
    kind: Kind
    role: Role = "feature"
    unit: str = ""
    lower: float | None = None
    upper: float | None = None
    personal: bool = False


_NUMBERS = (
    Meaning("age", "Age", "number", unit="years", lower=0, upper=120),
    Meaning("birth_year", "Year of birth", "number"),
    Meaning("income", "Income", "number", lower=0),
    Meaning("spending_score", "Spending score", "number", unit="points", lower=0, upper=100),
    Meaning("savings", "Savings", "number"),
    Meaning("kids", "Small children at home", "number", unit="children", lower=0, upper=20),
    Meaning("teens", "Teenagers at home", "number", unit="teenagers", lower=0, upper=20),
    Meaning("children", "Children at home", "number", unit="children", lower=0, upper=30),
    Meaning("household_size", "Household size", "number", unit="people", lower=0),
    Meaning("recency", "Days since last purchase", "number", unit="days", lower=0),
    Meaning("frequency", "Number of purchases", "number", unit="purchases", lower=0),
    Meaning("monetary", "Total spend", "number"),
    Meaning("total_spend", "Total spend", "number", lower=0),
    Meaning("total_purchases", "Number of purchases", "number", unit="purchases", lower=0),
    Meaning("average_order", "Average order value", "number"),
    Meaning("tenure", "Time as a customer", "number", lower=0),
    Meaning("spend_wines", "Spend on wine", "number", lower=0),
    Meaning("spend_fruits", "Spend on fruit", "number", lower=0),
    Meaning("spend_meat", "Spend on meat", "number", lower=0),
    Meaning("spend_fish", "Spend on fish", "number", lower=0),
    Meaning("spend_sweets", "Spend on sweets", "number", lower=0),
    Meaning("spend_gold", "Spend on gold products", "number", lower=0),
    Meaning("web_purchases", "Web purchases", "number", unit="purchases", lower=0),
    Meaning("store_purchases", "Store purchases", "number", unit="purchases", lower=0),
    Meaning("catalog_purchases", "Catalogue purchases", "number", unit="purchases", lower=0),
    Meaning("deals_purchases", "Purchases with a discount", "number", unit="purchases", lower=0),
    Meaning("web_visits", "Web visits", "number", unit="visits", lower=0),
    Meaning(
        "campaigns_accepted", "Campaigns accepted", "number", "response", unit="campaigns", lower=0
    ),
)
_OTHERS = (
    Meaning("gender", "Gender", "category"),
    Meaning("education", "Education", "category"),
    Meaning("marital_status", "Marital status", "category"),
    Meaning("join_date", "Customer since", "date", role="date"),
    Meaning("birth_date", "Date of birth", "date", role="date", personal=True),
    Meaning("last_purchase_date", "Last purchase", "date", role="date"),
    Meaning("response", "Response", "flag", role="response"),
    Meaning("complain", "Complained", "flag"),
    Meaning("customer_id", "Customer number", "id", role="id"),
    Meaning("person_name", "Name", "text", role="ignore", personal=True),
    Meaning("email", "E-mail address", "text", role="ignore", personal=True),
    Meaning("phone", "Phone number", "text", role="ignore", personal=True),
    Meaning("address", "Address", "text", role="ignore", personal=True),
    Meaning("card", "Card or account number", "text", role="ignore", personal=True),
    Meaning("identity", "Identity number", "text", role="ignore", personal=True),
)
_BY_MEANING = {meaning.meaning: meaning for meaning in (*_NUMBERS, *_OTHERS)}

_BY_SPELLING = {
    spelling: meaning for meaning, spellings in SPELLINGS.items() for spelling in spellings.split()
}

_RESPONSES = (
    re.compile(r"^(accepted|acc)?(cmp|campaign|camp)\d+(accepted|response|responded)?$"),
    re.compile(r"^(accepted|acceptedoffer|responded|responseto|respondedto|response)(\w*)$"),
    re.compile(r"^(campaign|offer|cmp|promo|promotion)\w*(accepted|responded|response)$"),
)
_PERIODS = {
    "annual": "Annual", "yearly": "Annual", "year": "Annual", "monthly": "Monthly",
    "month": "Monthly", "household": "Household", "family": "Household",
    "estimated": "Estimated annual",
}  # fmt: skip
_TIMES = {"days": "days", "day": "days", "months": "months", "month": "months",
          "years": "years", "year": "years", "weeks": "weeks"}  # fmt: skip


@cache
def recognise(name: str) -> Meaning | None:
    """Return what a column is by the spelling of its name, or None.

    The name alone decides here; whoever has the data checks that it agrees.

    Examples
    --------
    >>> recognise("Annual Income (k$)").meaning, recognise("Annual Income (k$)").unit
    ('income', 'k$')
    >>> recognise("Year_Birth").meaning, recognise("Genre").label
    ('birth_year', 'Gender')
    >>> recognise("Detergents_Paper") is None
    True
    """
    words = words_of(name)
    joined = "".join(words) or name.strip().casefold()
    meaning = _BY_SPELLING.get(joined) or _BY_SPELLING.get(_unprefixed(words))
    if meaning is None and any(pattern.match(joined) for pattern in _RESPONSES):
        meaning = "response"
    if meaning is None:
        return None
    return _spelt_out(_BY_MEANING[meaning], name, words)


def label_of(meaning: str) -> str:
    """Return the label of a meaning.

    Examples
    --------
    >>> label_of("spend_wines")
    'Spend on wine'
    """
    return _BY_MEANING[meaning].label


def names_an_id(name: str) -> bool:
    """Return whether a name says that a column holds ids.

    Examples
    --------
    >>> names_an_id("Unnamed: 0"), names_an_id("order_id"), names_an_id("Paid")
    (True, True, False)
    """
    words = words_of(name)
    if not words:
        return False
    joined = "".join(words)
    return (
        words[-1] in ("id", "ids", "uuid", "guid", "nr", "identifier")
        or (words[0] == "id" and len(words) <= 3)
        or joined.startswith("unnamed")
        or joined in COUNTERS
    )


def names_a_code(name: str) -> bool:
    """Return whether a name says that numbers in it are codes, as of a region or a channel.

    Examples
    --------
    >>> names_a_code("Region"), names_a_code("region_code"), names_a_code("Milk")
    (True, True, False)
    """
    words = words_of(name)
    return bool(words) and (words[-1] in CODES or "".join(words) in CODES | POSTAL)


def names_a_postal_code(name: str) -> bool:
    """Return whether a name says that its numbers are postal codes."""
    words = words_of(name)
    return bool(words) and bool({*words, "".join(words)} & POSTAL)


def names_the_future(name: str) -> bool:
    """Return whether a date column may well lie in the future, as a renewal does."""
    ahead = {"expiry", "expires", "expiration", "expire", "renewal", "renews", "next", "due",
             "valid", "until", "end", "ends", "planned", "appointment", "delivery"}  # fmt: skip
    return bool(ahead & set(words_of(name)))


def _unprefixed(words: tuple[str, ...]) -> str:
    """Return the words joined, without one that says nothing new in front."""
    return "".join(words[1:]) if len(words) > 1 and words[0] in PREFIXES else ""


def _spelt_out(known: Meaning, name: str, words: tuple[str, ...]) -> Meaning:
    """Add to a meaning what the name says besides: unit, range, period, number of a campaign."""
    unit = unit_of(name)
    if known.kind == "number" and unit:
        known = replace(known, unit=unit)
    bounds = range_of(name)
    if known.kind == "number" and bounds:
        known = replace(known, lower=bounds[0], upper=bounds[1])
    if known.meaning == "income":
        period = next((_PERIODS[word] for word in words if word in _PERIODS), "")
        known = replace(known, label=f"{period} income" if period else "Income")
    if known.meaning in ("tenure", "recency") and not unit:
        time = next((_TIMES[word] for word in words if word in _TIMES), known.unit)
        known = replace(known, unit=time)
    if known.meaning == "response":
        known = replace(known, label=_response_label(name, words))
    if known.meaning == "web_visits" and {"month", "monthly"} & set(words):
        known = replace(known, label="Web visits a month")
    return known


def _response_label(name: str, words: tuple[str, ...]) -> str:
    """Return the label of a campaign's response, with the campaign's number if it has one."""
    number = re.search(r"(\d+)\D*$", "".join(words))
    if number:
        return f"Accepted campaign {number[1]}"
    if "".join(words) in ("response", "responded", "lastcampaign", "acceptedlast"):
        return "Accepted the last campaign"
    return humanise(name)
