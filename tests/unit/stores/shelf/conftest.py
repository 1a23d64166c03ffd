"""A shelf with one finished study, made once; each test works on a copy of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from coterie.config import RunConfig
from coterie.stores.outputs import prepare_folder, write_study
from coterie.stores.shelf import Shelf
from coterie.stores.shelf.keeping import keep_study
from coterie.stores.shelf.places import move_in
from coterie.workflow import Study, train

STUDY = "00000000000000aa"
ANN, BEN = 1, 2


@pytest.fixture(scope="session")
def trained(customers_csv: Path) -> Study:
    return train(customers_csv, RunConfig(k=4, k_min=3, k_max=4))


@pytest.fixture(scope="session")
def kept(trained: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("kept")
    work = root / "work"
    prepare_folder(work)
    write_study(trained, work, table_format="parquet")
    keep_study(trained, work, study_id=STUDY, owner=ANN, name="Spring", model="spring")
    Shelf(root / "data")
    move_in(work, root / "data" / "studies" / STUDY)
    return root / "data"


@pytest.fixture
def shelf(kept: Path, tmp_path: Path) -> Shelf:
    shutil.copytree(kept, tmp_path / "data")
    return Shelf(tmp_path / "data", name_of={ANN: "ann", BEN: "ben"}.__getitem__)
