"""Order lines on the Data page: seen, mapped, made into customers by a job, gone on with."""

from __future__ import annotations

import io

import polars as pl
import pytest
from tests.functional.dashboard.conftest import PASSWORDS, text_of

from coterie.faces.dashboard.pages import data_orders, data_orders_made
from coterie.faces.dashboard.pages.data_words import for_page
from coterie.faces.jobs import CustomersAsked
from coterie.stores.shelf.made import keep_record, made_from, record_of
from coterie.tables.synthetic import make_transactions

BUTTON = "Make one row a customer"


@pytest.fixture(scope="module")
def services(_services):
    from coterie.faces.services import use

    use(_services)
    yield _services
    use(None)


@pytest.fixture(scope="module")
def ada(services):
    return services.accounts.person("ada")


@pytest.fixture(scope="module")
def token(services):
    return services.accounts.log_in("ada", PASSWORDS["ada"][0], address="127.0.0.1")[1]


def look_at(services, upload, owner):
    """Look at an upload as a job does, but in this process."""
    from coterie.faces.jobs.doing import look
    from coterie.stores.shelf.looks import look_key

    work = services.shelf.places.jobs / f"work-{upload.id}"
    work.mkdir(exist_ok=True)
    target = upload.path.parent / "looks" / look_key(upload.id, None, None)
    request = {"source": str(upload.path), "schema": None, "dates": None, "target": str(target)}
    look(request, work, lambda *_: None)
    work.rmdir()
    return services.shelf.look(upload.id, owner)


def bring(services, owner, name, content):
    upload = services.shelf.accept_upload(owner, name, content)
    look_at(services, upload, owner)
    return upload


def as_csv(frame, **how):
    held = io.BytesIO()
    frame.write_csv(held, **how)
    return held.getvalue()


@pytest.fixture(scope="module")
def orders(services, ada):
    """Return an upload of generated order lines, and of guests among them."""
    frame, _truth = make_transactions(4_000, segments=3, seed=2)
    return bring(services, ada.id, "shop.csv", as_csv(frame))


@pytest.fixture
def on(token):
    """Return a function that opens the Data page on an upload."""
    from streamlit.testing.v1 import AppTest

    from coterie.faces.dashboard.who import TOKEN

    def open_page(upload, **state):
        script = "from coterie.faces.dashboard.pages.data import page\npage()\n"
        page = AppTest.from_string(script, default_timeout=30)
        page.session_state[TOKEN] = token
        page.session_state["upload_id"] = upload.id
        for key, value in state.items():
            page.session_state[key] = value
        return page.run()

    return open_page


def button(page, label):
    return next(one for one in page.button if one.label == label)


def choices(page):
    return {one.label: one.value for one in page.selectbox}


def test_order_lines_are_offered_as_customers_with_their_columns_known_by_sight(on, orders):
    page = on(orders)
    said = text_of(page)
    assert "These are order lines of 44 customers" in said
    assert "800 lines" in said  # of guests: a fifth of all
    assert choices(page) | {"Time in": "day"} == {
        "Customer": "CustomerID", "Date": "InvoiceDate", "Order number": "InvoiceNo",
        "Product": "StockCode", "Quantity": "Quantity", "Price of one piece": "UnitPrice",
        "Amount paid": "", "Status": "", "Channel": "", "Visits": "", "Time in": "day",
    }  # fmt: skip
    assert not button(page, BUTTON).disabled
    assert "Find the groups" not in [one.label for one in page.button]


def test_a_column_chosen_twice_or_not_at_all_is_said_before_anything_runs(on, orders):
    page = on(orders)
    customer = next(one for one in page.selectbox if one.label == "Customer")
    customer.set_value("InvoiceDate").run()
    assert "The column InvoiceDate is chosen for customer and for date." in text_of(page)
    assert button(page, BUTTON).disabled
    next(one for one in page.selectbox if one.label == "Customer").set_value("").run()
    assert "Choose the column of the customer." in text_of(page)


def test_someone_who_knows_better_reads_each_row_as_a_customer(on, orders):
    page = on(orders)
    button(page, "Each row is a customer already").click().run()
    assert button(page, "Find the groups")
    button(page, data_orders.ORDERS_TOO).click().run()
    assert button(page, BUTTON)


def test_a_table_of_customers_is_not_taken_for_orders(on, services, ada, customers_csv):
    page = on(bring(services, ada.id, "people.csv", customers_csv.read_bytes()))
    assert button(page, "Find the groups")
    assert BUTTON not in [one.label for one in page.button]


def test_a_file_without_a_header_is_mapped_by_what_it_holds(on, services, ada):
    lines = "\n".join(
        f"{4 + 7 * (n // 3):05d} {1 + n // 3:04d} 1997{1 + n % 9:02d}{1 + n % 28:02d}"
        f" {1 + n % 4} {8.5 + n % 13:.2f}"
        for n in range(300)
    )
    page = on(bring(services, ada.id, "CDNOW_like.txt", lines.encode()))
    assert "These are order lines of 100 customers" in text_of(page)
    found = choices(page)
    assert [found[role] for role in ("Customer", "Date", "Quantity", "Amount paid")] == [
        "c2", "c3", "c4", "c5",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_job_makes_customers_and_the_page_goes_on_with_them(on, services, ada, orders):
    page = on(orders)
    next(one for one in page.checkbox if one.label.startswith("RFM")).check().run()
    button(page, BUTTON).click().run()
    job_id = page.session_state["data_orders_jobs"][orders.id]
    job = services.jobs.wait(job_id, ada.id, timeout=60)
    assert (job.state, job.kind, job.name) == ("done", "customers", "shop.csv")
    page.run()
    made = services.shelf.upload(page.session_state["upload_id"], ada.id)
    assert made.name == "shop customers.parquet"
    assert made.id == made_from(orders, job_id)
    look_at(services, made, ada.id)
    page.run()
    said = text_of(page)
    assert "Made from shop.csv" in said
    assert "44 customers as of" in said
    assert '<td class="n">800</td><td>Lines without a customer, as of guests</td>' in said
    frame = pl.read_parquet(made.path)
    assert {"recency_days", "frequency", "monetary", "rfm_cell"} <= set(frame.columns)
    assert button(page, "Find the groups")
    assert data_orders.ORDERS_TOO not in [one.label for one in page.button]


@pytest.mark.slow
def test_recency_frequency_and_monetary_are_chosen_beforehand(services, ada, orders, token):
    from streamlit.testing.v1 import AppTest

    from coterie.faces.dashboard.who import TOKEN
    from coterie.workflow.customers import customers_from_orders

    held = io.BytesIO()
    customers_from_orders(orders.path).frame.write_parquet(held)
    upload = bring(services, ada.id, "shop customers.parquet", held.getvalue())
    script = "from coterie.faces.dashboard.pages.segment import page\npage()\n"
    page = AppTest.from_string(script, default_timeout=30)
    page.session_state[TOKEN] = token
    page.session_state["upload_id"] = upload.id
    page.run()
    assert set(page.multiselect[0].value) == {"recency_days", "frequency", "monetary"}
    labels = services.shelf.look(upload.id, ada.id).schema
    assert [labels[name].label for name in ("x", "t_x", "T")] == [
        "Repeat purchases", "Age at the last purchase", "Age as a customer",
    ]  # fmt: skip


@pytest.mark.slow
def test_customers_given_as_orders_are_told_to_be_customers(on, services, ada, customers_csv):
    upload = bring(services, ada.id, "people.csv", customers_csv.read_bytes())
    columns = pl.read_csv(customers_csv).columns
    asked = CustomersAsked(columns={"customer": columns[0], "date": columns[1]})
    job = services.jobs.start_customers(ada.id, upload.id, asked)
    ended = services.jobs.wait(job.id, ada.id, timeout=60)
    assert ended.state == "failed"
    page = on(upload, data_read_as={upload.id: "orders"}, data_orders_jobs={upload.id: job.id})
    shown = " ".join(str(one.value) for one in page.error) + text_of(page)
    assert "cannot be read as dates" in shown
    assert "--columns" not in shown
    assert [one.label for one in page.button if one.label == BUTTON]


def test_a_cancelled_job_says_so_and_the_form_is_back(on, services, ada, orders):
    job = services.jobs.start_customers(ada.id, orders.id, CustomersAsked())
    services.jobs.cancel(job.id, ada.id)
    services.jobs.wait(job.id, ada.id, timeout=30)
    page = on(orders, data_orders_jobs={orders.id: job.id})
    assert "Cancelled." in text_of(page)
    assert button(page, BUTTON)
    assert made_from(orders, job.id) is None


def test_another_persons_orders_are_nobody_elses(services, orders):
    from coterie.stores.shelf import NoSuchUploadError

    anna = services.accounts.person("anna")
    with pytest.raises(NoSuchUploadError):
        services.jobs.start_customers(anna.id, orders.id, CustomersAsked())


def test_a_column_asked_for_twice_starts_no_job(services, ada, orders):
    from coterie.errors import ConfigError

    asked = CustomersAsked(columns={"customer": "CustomerID", "date": "CustomerID"})
    with pytest.raises(ConfigError, match="CustomerID is taken twice"):
        services.jobs.start_customers(ada.id, orders.id, asked)


def test_a_record_says_the_unit_and_what_the_treatments_do_not(services, orders):
    silent = {"guest": {"lines": 0, "what": "", "treatment": ""}}
    told = {"topic": "columns", "text": "No column says what was paid.", "level": "warning"}
    record = {
        "lines": 10, "customers": 1, "as_of": "2024-06-01", "unit": "week",
        "fates": {"purchase": 9}, "treatments": silent,
        "notes": [{"topic": "guest", "text": "a", "level": "warning"}, told],
    }  # fmt: skip
    assert data_orders_made.told(record).endswith("Ages are told in weeks.")
    assert data_orders_made.treatment_rows(record) == []
    assert data_orders_made.further_warnings(record) == ["No column says what was paid."]
    keep_record(orders, record)
    assert record_of(orders) == record
    (orders.path.parent / "orders.json").unlink()


@pytest.mark.parametrize(
    "text",
    [
        "Check which column is which with --columns.",
        "people.csv looks like a table of customers, not of orders: each ID has one row, and it "
        "has Age. Find its groups with coterie segment.",
        "RFM scores need what was paid: name the column with --columns amount=...",
        "c1 is taken for the price and does not hold numbers. Name another column with --columns "
        "price=..., or none with --columns price=",
    ],
)
def test_no_sentence_on_the_page_speaks_of_the_command_line(text):
    said = for_page(text)
    assert "--" not in said
    assert "coterie segment" not in said
