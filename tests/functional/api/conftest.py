"""One server's services with two models in production, and a door in the place of the gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.testclient import TestClient

from coterie.config import RunConfig
from coterie.faces.api import Limits, create_api
from coterie.faces.services import Services, Settings
from coterie.stores.accounts import Person
from coterie.stores.accounts.values import HashCost, Policy

PASSWORD = "a fine long passphrase"  # noqa: S105 - of an account in a temporary folder


@dataclass
class Door:
    """Stands where the gate does: says who asks, as a test wishes."""

    app: Any
    person: Person | None = None
    scopes: frozenset[str] | None = field(default=None)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            scope["state"] = {"person": self.person, "scopes": self.scopes}
        await self.app(scope, receive, send)


def train(services: Services, owner: int, name: str, **sample: Any) -> str:
    """Train on a sample and return the study's id."""
    job = services.jobs.start_training(owner, None, RunConfig(), name=name, sample=sample)
    done = services.jobs.wait(job.id, owner, timeout=120)
    assert done.state == "done", done.message
    return str(done.study_id)


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Return services over a fresh data directory: `customers` and `campaign` in production."""
    opened = Services.open(Settings(data_dir=tmp_path_factory.mktemp("data"), upload_mb=2.0))
    opened.accounts.policy = Policy(hash_cost=HashCost(1, 64, 1))
    for name, role in (("ada", "admin"), ("ann", "analyst"), ("vic", "viewer")):
        opened.accounts.add_person(name, PASSWORD, role)
    ada = opened.accounts.person("ada").id
    for kind in ("customers", "campaign"):
        study = train(opened, ada, kind, kind=kind, rows=300, segments=4, seed=1)
        opened.shelf.promote(study, ada)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def people(services) -> dict[str, Person]:
    """Return the people by name: ada (admin), ann (analyst), vic (viewer)."""
    return {one.username: one for one in services.accounts.people()}


@pytest.fixture
def door(services, people) -> Door:
    """Return the API behind a door that lets ada in."""
    limits = Limits(table_bytes=2_000_000, per_second=1e6, burst=1e6)
    return Door(create_api(services, limits=limits), people["ada"])


@pytest.fixture
def client(door) -> TestClient:
    """Return a client of the API; a fault that reaches it fails the test."""
    return TestClient(door)
