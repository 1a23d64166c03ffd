"""The exception tree and its messages."""

from __future__ import annotations

import inspect

from coterie import errors
from coterie.errors import CoterieError, DateOrderError, MissingColumnsError, MissingExtraError


def test_the_tree_in_the_docstring_is_the_tree_in_the_code():
    drawn = errors.__doc__
    tree = [
        name
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, CoterieError)
    ]
    missing = [name for name in tree if name not in drawn]
    assert not missing
    assert len(tree) > 15


def test_missing_columns_tell_what_lacks_and_what_is_there():
    fault = MissingColumnsError(["income"], ["age", "score"])
    assert str(fault).startswith("The table has no column income. It has: age, score.")
    assert fault.missing == ["income"]


def test_a_table_with_thousands_of_columns_is_not_listed_whole():
    fault = MissingColumnsError(["a"], [f"c{i}" for i in range(9_000)])
    assert len(str(fault)) < 400


def test_an_undecided_date_order_shows_a_value_and_the_option():
    fault = DateOrderError("joined", "03-04-2012")
    assert "03-04-2012" in str(fault)
    assert "--dates dmy" in str(fault)


def test_a_missing_library_names_its_install():
    assert "pip install 'coterie[skops]'" in str(MissingExtraError("skops", "skops", "This export"))
