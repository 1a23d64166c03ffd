"""Names that people give lead nowhere they should not, and read as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.stores.shelf.names import LONGEST_FILE_NAME, safe_file_name, slug, tidy_text


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\Users\\a\\customers.csv", "customers.csv"),
        ("/absolute/customers.csv", "customers.csv"),
        ("customers.csv\0.png", "customers.csv.png"),
        ("..", "table"),
        ("", "table"),
        ("   ", "table"),
        ("NUL", "_NUL"),
        ("com1.csv", "_com1.csv"),
        ("LPT9.tar.gz", "_LPT9.tar.gz"),
        ("a<b>:c|d?.csv", "a_b__c_d_.csv"),
        (".htaccess", "htaccess"),
        ("name.csv. .", "name.csv"),
        ("invoice\u202efdp.csv", "invoicefdp.csv"),
        ("Kunden März.xlsx", "Kunden März.xlsx"),
        ("客户.csv", "客户.csv"),
    ],
)
def test_a_file_name_keeps_its_own_part_only(given_name: str, safe: str) -> None:
    assert safe_file_name(given_name) == safe


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    safe = safe_file_name("ü" * 5_000 + ".parquet")
    assert safe.endswith(".parquet")
    assert len(safe.encode()) <= LONGEST_FILE_NAME


@given(st.text())
def test_any_text_becomes_a_name_that_stays_in_its_folder(text: str) -> None:
    safe = safe_file_name(text)
    assert safe == safe_file_name(safe)
    assert len(safe.encode()) <= LONGEST_FILE_NAME
    assert not set(safe) & set('/\\:*?"<>|\0\n')
    assert (Path("/folder") / safe).parent == Path("/folder")
    assert safe not in ("", ".", "..")


@given(st.text())
def test_any_text_becomes_a_name_for_an_address(text: str) -> None:
    found = slug(text)
    assert found
    assert found == slug(found)
    assert all(sign.isalnum() or sign in "-_" for sign in found)


@given(st.text(), st.integers(1, 50))
def test_tidied_text_is_one_line_of_at_most_so_many_signs(text: str, longest: int) -> None:
    tidy = tidy_text(text, longest)
    assert len(tidy) <= longest
    assert tidy == tidy.strip()
    assert "\n" not in tidy
