"""Schemathesis finds nothing on the whole specification."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.config import GenerationConfig, SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from coterie.faces.api import Limits, create_api
from coterie.faces.jobs import Job, NoSuchJobError
from coterie.faces.services import Services

from .conftest import Door

EXAMPLES = 40

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@dataclass
class QuietJobs:
    """Takes trainings and never begins them: what is tried here is the way in."""

    shelf: Any
    _jobs: dict[str, Job] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(0x1000))

    def start_training(self, owner, source, config, *, schema=None, name="", sample=None):
        if isinstance(source, str):
            self.shelf.upload(source, owner)
        number = f"{next(self._ids):016x}"
        now = datetime.now(UTC)
        self._jobs[number] = Job(
            number, "training", owner, name, "waiting", "", "", 0.0, "", None, None, None, 1,
            now, None, None,
        )  # fmt: skip
        return self._jobs[number]

    def job(self, job_id, owner):
        if job_id not in self._jobs:
            raise NoSuchJobError
        return self._jobs[job_id]

    def jobs(self, owner):
        return list(self._jobs.values())

    def cancel(self, job_id, owner):
        return self.job(job_id, owner)


class TokenDoor(Door):
    """A door that lets in who has a token."""

    def __init__(self, app, accounts):
        super().__init__(app)
        self._accounts = accounts

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
            known = self._accounts.token(given.removeprefix("Bearer "))
            self.person, self.scopes = known or (None, None)
        await super().__call__(scope, receive, send)


def test_schemathesis_finds_nothing_on_the_whole_specification(services, people):
    quiet = Services(
        services.settings, services.accounts, services.shelf, QuietJobs(services.shelf), None
    )
    limits = Limits(table_bytes=2_000_000, per_second=1e9, burst=1e9)
    _record, secret = services.accounts.create_token(
        people["ada"], "tried", ("place", "score", "read", "train")
    )
    door = TokenDoor(create_api(quiet, limits=limits), services.accounts)
    headers = {"Authorization": f"Bearer {secret}"}
    config = SchemathesisConfig.from_path(Path(__file__).with_name("schemathesis.toml"))
    config.projects.default.headers = headers
    config.projects.default.generation = GenerationConfig(
        max_examples=EXAMPLES, deterministic=True, database="none"
    )
    schema = schemathesis.openapi.from_asgi("/openapi.json", door, config=config, headers=headers)
    found, tried = [], set()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            tried.add(event.recorder.label)
            found += failures(event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(event.info))
    assert not found, "\n\n".join(dict.fromkeys(found))
    operations = {
        f"{method.upper()} {path}"
        for path, methods in schema.raw_schema["paths"].items()
        for method in methods
    }
    assert operations <= tried


def failures(recorder: Any) -> list[str]:
    """Say which checks failed, on what, with what answer."""
    told = []
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.status != Status.FAILURE:
                continue
            answer = recorder.interactions[case_id].response
            case = recorder.cases[case_id].value
            told.append(
                f"{check.name} on {recorder.label}: {check.failure_info.failure}\n"
                f"  {case.as_curl_command()[:600]}\n"
                f"  -> {answer.status_code if answer else None} "
                f"{answer.content[:300] if answer else b''!r}"
            )
    return told
