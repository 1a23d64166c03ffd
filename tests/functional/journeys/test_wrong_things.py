"""Wrong files, wrong values and hostile words: each ends in a clear sentence and does no harm."""

from __future__ import annotations

import json
import os
import random
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
TAKEN = "button:has-text('Find the groups')"
FAULT = ".co-fault"
LONG_MS = 120_000
NEVER = ("Traceback", "NoneType", "Exception", "/data/uploads", "/data/jobs", "site-packages")


def settle(page: Page) -> None:
    page.wait_for_selector(SETTLED, state="attached")


def step(page: Page, name: str) -> None:
    """Go to a page by the dashboard's own list."""
    page.get_by_role("link", name=name, exact=True).first.click()


def numbers(rows: int, seed: int = 1) -> str:
    draw = random.Random(seed)
    two = [(25, 900), (60, 5000)]
    lines = []
    for i in range(rows):
        age, income = two[i % 2]
        lines.append(f"{i},{draw.gauss(age, 4):.1f},{draw.gauss(income, 90):.0f}")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of files that are no tables, or odd ones."""
    folder = tmp_path_factory.mktemp("wrong")
    table = f"id,age,income\n{numbers(120)}\n"
    (folder / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (folder / "program.csv").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(500))
    (folder / "empty.csv").write_bytes(b"")
    (folder / "words.csv").write_text("name\n" + "\n".join(f"Person {i}" for i in range(50)))
    (folder / "two rows.csv").write_text("id,age,income\n1,20,3000\n2,30,4000\n")
    (folder / "broken.parquet").write_bytes(b"PAR1" + os.urandom(300) + b"PAR1")
    (folder / "open quote.csv").write_text(table[:900] + '\n"never closed,4,5\n' + table[900:])
    (folder / "utf16.csv").write_bytes(table.replace("age", "Größe").encode("utf-16"))
    (folder / "latin1.csv").write_bytes(table.replace("age", "Größe").encode("latin-1"))
    names = "EncryptionInfo\0EncryptedPackage".encode("utf-16-le")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    (folder / "locked.xlsx").write_bytes(head + names + bytes(3000))
    with zipfile.ZipFile(folder / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", "<x/>")
        with bomb.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(250):
                sheet.write(b"0" * 2**20)
    with (folder / "large.csv").open("wb") as large:  # No bytes on the disk, but one of the first.
        large.write(table.encode())
        large.truncate(300_000_000)
    return folder


@pytest.fixture(scope="module")
def desk(desk: Page) -> Page:
    """Return the same window, in which no script of a file's may run."""
    desk.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    return desk


@pytest.fixture
def calm(desk: Page, server: Any) -> Any:
    """Look at the page that a test leaves: no traceback, and no path of the server's."""
    yield
    text = desk.locator("body").inner_text()
    assert [word for word in NEVER if word in text] == []
    assert str(server.log.parent) not in text


def bring(page: Page, server: Any, file: Any) -> str:
    """Upload a file on the Data page; return what is said against it, empty if it was taken."""
    page.goto(f"{server.url}/data")
    page.wait_for_selector("input[type=file]", state="attached")
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_selector(f"{FAULT}, {TAKEN}")
    settle(page)
    return " ".join(page.locator(FAULT).all_inner_texts())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("picture.csv", "is a picture, which Coterie does not read. Save it as CSV"),
        ("program.csv", "is a program, which Coterie does not read."),
        ("empty.csv", "is empty. Coterie needs a header and at least one row."),
        ("broken.parquet", "is damaged, or no Parquet file that can be read. Write it again."),
        ("locked.xlsx", "is protected by a password. Save it without one, or as CSV."),
        ("bomb.xlsx", "when it is unpacked, from 0.3 MB, and was not opened."),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(
    desk: Page, server: Any, wrong: Path, calm: None, name: str, said: str
):
    told = bring(desk, server, wrong / name)
    assert said in told
    assert name in told


def test_a_file_over_the_limit_is_told_the_limit_and_what_to_do(
    desk: Page, server: Any, wrong: Path, calm: None
):
    desk.goto(f"{server.url}/data")
    desk.wait_for_selector("input[type=file]", state="attached")
    desk.locator("input[type=file]").set_input_files(wrong / "large.csv")
    expect(desk.get_by_text("File must be 200.0MB or smaller")).to_be_attached()
    said = desk.get_by_text("Up to 200 MB. Save a larger table as Parquet, leave out columns")
    expect(said).to_be_visible()


def test_the_server_itself_refuses_more_than_its_limit_without_reading_it(desk: Page, server: Any):
    answers = []
    for path in ("/api/v1/studies", "/_stcore/upload_file/any/file"):
        declared = desk.evaluate(
            """async path => {
                const part = new Uint8Array(1 << 20), parts = Array(215).fill(part);
                const form = new FormData();
                form.append('file', new Blob(parts), 'large.csv');
                const sent = await fetch(path, {method: 'PUT', body: form}).catch(() => null);
                return sent ? [sent.status, await sent.text()] : null;
            }""",
            path,
        )
        answers.append(declared)
    for answer in answers:
        # A browser that is still sending may see the connection end before it reads the answer.
        assert answer is None or answer[0] in (403, 413), answer
        assert answer is None or answer[0] == 403 or "At most" in answer[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("words.csv", "There is no column of numbers that differ between customers"),
        ("two rows.csv", "2 customers are too few to look for groups."),
    ],
)
def test_a_table_without_groups_to_find_is_told_so(
    desk: Page, server: Any, wrong: Path, calm: None, name: str, said: str
):
    assert bring(desk, server, wrong / name) == ""
    desk.get_by_role("button", name="Find the groups").click()
    expect(desk.locator(FAULT).first).to_contain_text(said, timeout=LONG_MS)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("open quote.csv", "Quotation marks do not match"),
        ("utf16.csv", "UTF-16"),
        ("latin1.csv", "Cells are parted by: comma"),
    ],
)
def test_an_oddly_written_table_is_read_and_what_was_odd_is_told(
    desk: Page, server: Any, wrong: Path, calm: None, name: str, said: str
):
    assert bring(desk, server, wrong / name) == ""
    expect(desk.locator("body")).to_contain_text(said)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("a\nb.csv", None),
        ("‮vsc.evil.csv", "vsc.evil.csv"),
        ("<img src=x onerror=alert(1)>.csv", None),
        ("x" * 300 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_a_file_is_called_by_a_name_that_does_no_harm(
    desk: Page, server: Any, calm: None, given: str, shown: str | None
):
    table = f"id,age,income\n{numbers(40, seed=len(given))}\n".encode()
    file = {"name": given, "mimeType": "text/csv", "buffer": table}
    assert bring(desk, server, file) == ""
    title = desk.locator("h1").first.inner_text()
    assert title == shown if shown else ("\0" not in title and "\n" not in title)
    folder = server.log.parent
    kept = [path.name for path in folder.glob("data/uploads/*/*/*.csv")]
    assert title in kept
    assert not list(folder.glob("**/passwd*/../../etc"))


HOSTILE = "<script>alert(1)</script>", "**bold** [x](javascript:alert(2))", "$\\frac{a}{b}$"
FORMULA = '=HYPERLINK("http://evil.example/","x")'


@pytest.fixture(scope="module")
def hostile() -> dict[str, Any]:
    """Return a table whose names and cells are all meant to do harm."""
    quoted = ['"' + name.replace('"', '""') + '"' for name in (*HOSTILE, FORMULA)]
    draw = random.Random(2)
    cells = ("=1+1", "<img src=x onerror=alert(3)>", "@cmd", "+1+1", "$x$ **b**")
    lines = [",".join(["id", *quoted])]
    for i in range(240):
        one, two = ((40, 5000), (90, 900))[i % 2]
        third = draw.gauss(3, 1)
        lines.append(
            f"{i},{draw.gauss(one, 4):.1f},{draw.gauss(two, 90):.0f},{third:.2f},{cells[i % 5]}"
        )
    content = "\n".join(lines).encode()
    return {"name": "hostile.csv", "mimeType": "text/csv", "buffer": content}


def test_hostile_names_and_cells_run_nowhere_and_break_no_page(
    desk: Page, server: Any, calm: None, hostile: dict[str, Any], watched: Any
):
    assert bring(desk, server, hostile) == ""
    desk.get_by_role("button", name="Find the groups").click()
    see = desk.get_by_role("button", name="See the groups")
    expect(see).to_be_visible(timeout=LONG_MS)
    see.click()
    expect(desk.locator(".co-bar")).to_be_visible()
    names = ("Overview", "Explore", "Segment", "Profiles", "Predict", "Campaigns", "Models")
    for name in (*names, "Data"):
        step(desk, name)
        expect(desk.locator("h1").first).to_be_visible()
        settle(desk)
        assert desk.locator(".katex, a[href^=javascript], a[href*=evil], .co-fault").count() == 0
        assert desk.locator("[data-testid=stException]").count() == 0
    assert {host for host in watched.hosts if host} == {"127.0.0.1"}
    assert watched.faults == []


def test_no_cell_of_a_download_is_a_formula(desk: Page, server: Any, calm: None):
    step(desk, "Overview")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Export the labelled customers").click()
    import csv

    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 241
    texts = [cell for row in rows for cell in row if not re.fullmatch(r"[+-]?[\d.]+", cell)]
    assert [cell for cell in texts if cell[:1] in "=+-@\t\r" and cell] == []
    assert f"'{FORMULA}" in rows[0]


def test_a_customer_that_cannot_be_gets_a_sentence_on_the_page_and_from_the_api(
    desk: Page, server: Any, calm: None
):
    step(desk, "Predict")
    field = desk.get_by_role("spinbutton").first
    expect(desk.locator(".co-answer h2")).to_be_visible()
    for value in ("", "1e308", "-999999999999999"):
        field.fill(value)
        field.press("Enter")
        settle(desk)
        expect(desk.locator(".co-answer h2")).to_be_visible()
        expect(desk.locator(FAULT)).to_have_count(0)
    step(desk, "Models")
    desk.get_by_role("button", name="More").first.click()
    promote = desk.get_by_role("button", name=re.compile("^Promote|production", re.IGNORECASE))
    promote.first.click()
    settle(desk)
    desk.goto(f"{server.url}/account")
    desk.get_by_label("Name").fill("wrong values")
    desk.get_by_role("button", name="Make a token").click()
    secret = desk.locator(".secret").inner_text()
    ask = desk.context.request
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    column = HOSTILE[0]
    values = [json.dumps({column: value}) for value in ("abc", True, [1], {"a": 1})]
    huge = json.dumps({column: 7}).replace("7", "1e999")
    unreadable = ["", "{", "[]", "null", '{"a": NaN}', json.dumps({"unknown": 1}), "[" * 9000]
    bodies = [*values, huge, *unreadable]
    for body in bodies:
        answer = ask.post(
            f"{server.url}/api/v1/models/hostile/place", data=body.encode(), headers=headers
        )
        assert answer.status in (400, 422), (body[:40], answer.status, answer.text())
        problem = answer.json()
        assert problem["detail"].endswith(".")
        assert not [word for word in NEVER if word in answer.text()]
        assert str(server.log.parent) not in answer.text()


def test_a_wrong_database_is_told_and_what_was_written_stays(desk: Page, server: Any, calm: None):
    desk.goto(f"{server.url}/data")
    desk.get_by_text("A database", exact=True).click()
    query = "select * from customers"
    for address, said in (
        ("nonsense", "is not one of a database"),
        ("postgresql://ana@db.example.test/shop", "database_hosts"),
        ("sqlite:////etc/passwd", "folder of databases only"),
        ("sqlite:///../accounts.db", "folder of databases only"),
    ):
        desk.get_by_role("textbox", name="Address of the database").fill(address)
        desk.get_by_role("textbox", name="Password").fill("s3cret")
        desk.get_by_role("textbox", name="Query").fill(query)
        desk.get_by_role("button", name="Read it").click()
        expect(desk.locator(FAULT)).to_contain_text(said)
        settle(desk)
        assert "s3cret" not in desk.locator("body").inner_text()
        expect(desk.get_by_role("textbox", name="Query")).to_have_value(query)
        expect(desk.get_by_role("textbox", name="Address of the database")).to_have_value(address)


def test_nothing_of_all_this_is_a_fault_in_the_server_s_log(server: Any):
    assert "Traceback" not in server.log.read_text()
