"""What the package offers."""

from __future__ import annotations

import inspect

import coterie.stores.accounts as package
from coterie.stores.accounts import AccountError, Accounts, errors


def test_every_public_name_is_there_and_documented():
    assert sorted(package.__all__) == sorted(set(package.__all__))
    for name in package.__all__:
        value = getattr(package, name)
        assert value.__doc__ if inspect.isclass(value) or inspect.isfunction(value) else value


def test_the_tree_of_errors_in_the_docstring_is_the_tree_in_the_code():
    kinds = [
        name
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, AccountError)
    ]
    assert [name for name in kinds if name not in errors.__doc__] == []
    assert [name for name in kinds if name not in package.__all__] == []


def test_every_method_is_documented():
    methods = [name for name in dir(Accounts) if not name.startswith("_")]
    assert [name for name in methods if not inspect.getdoc(getattr(Accounts, name))] == []
