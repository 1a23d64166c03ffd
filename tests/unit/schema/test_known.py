"""Columns known by sight."""

from __future__ import annotations

import pytest

from coterie.schema.known import names_a_code, names_an_id, recognise

SIGHTS = {
    "age": "Age age AGE age_years customer_age Alter Edad Âge idade",
    "birth_year": "Year_Birth birth_year YearOfBirth Birth YOB Geburtsjahr",
    "income": "Income annual_income AnnualIncome yearly_income Salary Einkommen Ingresos",
    "spending_score": "spending_score SpendingScore SPENDING_SCORE",
    "savings": "savings Savings Ahorros",
    "gender": "Genre Gender Sex gender Geschlecht Sexo",
    "education": "Education education_level Bildung",
    "marital_status": "Marital_Status MarStat marital_status Familienstand",
    "kids": "Kidhome Kids kid_home",
    "teens": "Teenhome Teens",
    "join_date": "Dt_Customer signup_date SignUp registered join_date member_since enrolled",
    "recency": "Recency recency_days days_since_last_purchase",
    "spend_wines": "MntWines Wines mnt_wines",
    "spend_fruits": "MntFruits Fruits",
    "spend_meat": "MntMeatProducts Meat",
    "spend_fish": "MntFishProducts Fish",
    "spend_sweets": "MntSweetProducts Sweets",
    "spend_gold": "MntGoldProds Gold",
    "web_purchases": "NumWebPurchases Web web_purchases",
    "store_purchases": "NumStorePurchases Store",
    "catalog_purchases": "NumCatalogPurchases Catalog",
    "deals_purchases": "NumDealsPurchases Deals",
    "web_visits": "NumWebVisitsMonth Visits web_visits",
    "response": "AcceptedCmp1 AcceptedCmp5 Cmp3 Response accepted_spring responded_mail",
    "complain": "Complain Cmplain complained",
    "customer_id": "ID CustomerID customer_id Kundennummer id",
    "frequency": "Frequency num_orders",
    "monetary": "Monetary monetary_value",
    "tenure": "Tenure tenure_months",
    "person_name": "Name FirstName last_name Nachname",
    "email": "Email e-mail email_address",
    "phone": "Phone phone_number Telefon",
    "address": "Address street_address",
    "card": "CreditCard credit_card_number IBAN",
}


@pytest.mark.parametrize(
    ("name", "meaning"), [(n, m) for m, names in SIGHTS.items() for n in names.split()]
)
def test_usual_spellings_are_known(name: str, meaning: str) -> None:
    known = recognise(name)
    assert known is not None
    assert known.meaning == meaning


def test_units_and_ranges_come_from_the_header() -> None:
    income = recognise("Annual Income (k$)")
    assert income is not None
    assert (income.label, income.unit) == ("Annual income", "k$")
    score = recognise("Spending Score (1-100)")
    assert score is not None
    assert (score.label, score.unit, score.lower, score.upper) == (
        "Spending score",
        "points",
        1,
        100,
    )


def test_a_campaign_is_named_by_its_number() -> None:
    assert [recognise(n).label for n in ("AcceptedCmp3", "Response")] == [  # type: ignore[union-attr]
        "Accepted campaign 3",
        "Accepted the last campaign",
    ]


@pytest.mark.parametrize("name", ["Fresh", "Milk", "Detergents_Paper", "x0", "Z_Revenue", "r", "m"])
def test_plain_numbers_are_not_taken_for_something(name: str) -> None:
    assert recognise(name) is None


def test_ids_and_codes_are_told_by_their_words() -> None:
    assert all(map(names_an_id, ("Unnamed: 0", "order_id", "OrderID", "user_uuid", "id_client")))
    assert not any(map(names_an_id, ("Paid", "Humid", "width", "video")))
    assert all(map(names_a_code, ("Region", "Channel", "zip_code", "CustomerSegment")))
    assert not names_a_code("Income")
