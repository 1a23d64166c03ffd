"""Columns of order lines known by sight: the usual spellings of customer, date, order, amount."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from coterie.schema.known import recognise
from coterie.schema.spelling import words_of

ROLES = (
    "customer", "date", "order", "product", "quantity", "price", "amount", "status", "channel",
    "visits",
)  # fmt: skip
"""What a column of order lines can be; only customer and date must be there."""

# Whole names without case, blanks and signs, the surest first: where two columns fit, the one
# whose spelling stands further in front is taken.
_SPELLINGS = {
    "customer": "customerid customeruniqueid customerno customernumber customernr customercode "
    "custid custno customerkey clientid clientno userid buyerid shopperid memberid accountid "
    "householdid householdkey personid loyaltyid kundennummer kundennr kundenid clienteid idclient "
    "idcliente customer client user buyer shopper member visitorid",
    "date": "invoicedate orderdate orderdatetime orderpurchasetimestamp purchasedate purchasedat "
    "transactiondate transactiondatetime transactiontime ordertime orderedat orderedon saledate "
    "salesdate datetime timestamp tdat bestelldatum rechnungsdatum kaufdatum dateofpurchase "
    "dateoforder fecha datum date createdat createdon day",
    "order": "invoiceno invoiceid invoicenumber invoicenr invoice orderid orderno ordernumber "
    "ordernr ordercode order transactionid transactionno transactionnumber transaction receiptid "
    "receiptno receipt basketid basket ticketid billno billid rechnungsnummer rechnungsnr "
    "bestellnummer bestellnr",
    "product": "stockcode productid productcode sku itemid itemcode articleid articlecode "
    "articleno upc ean asin artikelnummer artikelnr produktid product article item productname "
    "itemname",
    "quantity": "quantity qty quantityordered orderquantity itemquantity units unitssold pieces "
    "numberofitems numitems nitems itemscount itemcount menge anzahl cantidad quantite",
    "price": "unitprice priceeach priceperunit itemprice productprice sellingprice unitcost price "
    "preis stueckpreis stuckpreis einzelpreis precio prix",
    "amount": "amount totalamount linetotal lineamount totalprice totalsum ordertotal orderamount "
    "ordervalue orderprice transactionamount transactionvalue paymentvalue paymentamount "
    "purchaseamount saleamount salesamount salesvalue netamount grossamount netsales sales revenue "
    "amountspent spend spent dollars value total subtotal betrag umsatz importe montant",
    "status": "orderstatus status invoicestatus transactionstatus transactiontype ordertype",
    "channel": "channel saleschannel orderchannel purchasechannel shoppingchannel channelname "
    "orderedvia orderedthrough kanal vertriebskanal canal",
    "visits": "visits webvisits sitevisits sessions numsessions pageviews sessionid visitid",
}
_PLACES = {
    spelling: (role, place)
    for role, spellings in _SPELLINGS.items()
    for place, spelling in enumerate(spellings.split())
}

# What a table of customers tells of each of them, and a table of orders never does.
_OF_CUSTOMERS = frozenset(
    {"age", "birth_year", "birth_date", "income", "spending_score", "savings", "kids", "teens",
     "children", "household_size", "education", "marital_status", "recency", "frequency",
     "monetary", "tenure", "join_date", "web_purchases", "store_purchases", "catalog_purchases",
     "deals_purchases", "spend_wines", "spend_meat", "spend_fish", "spend_sweets", "response"}
)  # fmt: skip

_DESCRIBING = frozenset(
    {"tenure_days", "average_basket",
     "items", "distinct_products", "days_between_orders", "returned_amount",
     "hour_of_day", "visits", "x", "t_x", "T", "m_x", "probability_alive", "expected_orders",
     "expected_spend", "r_score", "f_score", "m_score", "rfm_cell_id", "rfm_cell"}
)  # fmt: skip

_MADE = frozenset({"customer_id", "recency_days", "frequency", "x", "t_x", "T"})
_MADE_LABELS = {
    "items": ("Pieces bought", ""),
    "distinct_products": ("Different products", ""),
    "days_between_orders": ("Days between orders", "days"),
    "returned_amount": ("Amount sent back", ""),
    "return_share": ("Share sent back", "%"),
    "q1_share": ("Orders in January to March", "%"),
    "q2_share": ("Orders in April to June", "%"),
    "q3_share": ("Orders in July to September", "%"),
    "q4_share": ("Orders in October to December", "%"),
    "weekend_share": ("Orders at weekends", "%"),
    "holiday_share": ("Orders in the holiday season", "%"),
    "hour_of_day": ("Usual hour of orders", ""),
    "x": ("Repeat purchases", ""),
    "t_x": ("Age at the last purchase", ""),
    "T": ("Age as a customer", ""),
    "m_x": ("Average repeat purchase", ""),
    "probability_alive": ("Probability of being alive", ""),
    "expected_orders": ("Orders to expect", ""),
    "expected_spend": ("Spend to expect", ""),
    "r_score": ("Recency score", ""),
    "f_score": ("Frequency score", ""),
    "m_score": ("Monetary score", ""),
    "rfm_cell_id": ("Number of the RFM cell", ""),
    "rfm_cell": ("RFM cell", ""),
}


def made_labels(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return label and unit of the columns that 'coterie customers' makes, if it made the table.

    Names such as x and T say so only among the others.

    Examples
    --------
    >>> made_labels(["x", "T"])
    {}
    >>> made = made_labels(["customer_id", "recency_days", "frequency", "x", "t_x", "T", "tea"])
    >>> made["t_x"]
    ('Age at the last purchase', '')
    """
    if not set(names) >= _MADE:
        return {}
    return {name: _MADE_LABELS[name] for name in names if name in _MADE_LABELS}


def describes_only(name: str) -> bool:
    """Return whether a column that 'coterie customers' makes is there to describe segments.

    Recency, frequency and monetary value say what groups are looked for by; the rest follows from
    them, is a share of few orders, or is what a model expects.

    Examples
    --------
    >>> describes_only("q1_share"), describes_only("t_x"), describes_only("monetary")
    (True, True, False)
    """
    return name in _DESCRIBING or name.endswith("_share")


@cache
def recognise_role(name: str) -> tuple[str, int] | None:
    """Return what a column of order lines is by its name, and how sure that is (0 is surest).

    Examples
    --------
    >>> recognise_role("InvoiceNo"), recognise_role("Unit Price")
    (('order', 0), ('price', 0))
    >>> recognise_role("Description") is None
    True
    """
    return _PLACES.get("".join(words_of(name)))


def recognise_roles(names: Sequence[str]) -> dict[str, str]:
    """Return role -> column, for the columns of order lines that are known by sight.

    Examples
    --------
    >>> recognise_roles(["InvoiceNo", "Qty", "date", "order date", "Customer ID"])
    {'customer': 'Customer ID', 'date': 'order date', 'order': 'InvoiceNo', 'quantity': 'Qty'}
    """
    best: dict[str, tuple[int, str]] = {}
    for name in names:
        found = recognise_role(name)
        if found is not None and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], name)
    return {role: best[role][1] for role in ROLES if role in best}


def seem_orders(names: Sequence[str]) -> bool:
    """Return whether a table's columns look like those of order lines, not of customers.

    Examples
    --------
    >>> seem_orders(["InvoiceNo", "InvoiceDate", "Quantity", "UnitPrice", "CustomerID"])
    True
    >>> seem_orders(["ID", "Income", "Dt_Customer", "Recency"])
    False
    """
    roles = set(recognise_roles(names))
    bought = roles & {"order", "product"} and roles & {"quantity", "price", "amount"}
    return {"customer", "date"} <= roles and bool(bought) and len(of_customers(names)) < 2


def of_customers(names: Sequence[str]) -> list[str]:
    """Return the columns that tell something of a customer as a whole, such as age or income.

    Examples
    --------
    >>> of_customers(["ID", "Income", "Kidhome", "Quantity"])
    ['Income', 'Kidhome']
    """
    return [
        name
        for name in names
        if (found := recognise(name)) is not None and found.meaning in _OF_CUSTOMERS
    ]
