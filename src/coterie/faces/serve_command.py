"""`coterie serve`: reads the settings and starts the server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def serve(
    host: Annotated[
        str | None,
        typer.Option("--host", help="Address to listen on [default: 127.0.0.1]."),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Port; 0 for any that is free [default: 8501].")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="Folder of all studies [default: coterie-data]."),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url",
            help="Database of the accounts, as postgresql://user:password@host/name "
            "[default: a SQLite file in the data folder].",
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", help="Certificate chain as PEM; needs --tls-key.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", help="Its private key as PEM.")
    ] = None,
    sign_up: Annotated[
        str | None,
        typer.Option(
            "--sign-up", help="Who may make an account: open, invite or closed [default: invite]."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", help="Settings as TOML; options and COTERIE_ variables win over it."
        ),
    ] = None,
    sample: Annotated[
        bool,
        typer.Option("--sample", help="Make a study of sample customers if there is no study."),
    ] = False,
) -> None:
    """Serve the dashboard, the demo and the API, behind a login."""
    from coterie.errors import MissingExtraError

    try:
        from coterie.faces.server.starting import run_server
        from coterie.faces.services import Settings
    except ModuleNotFoundError as fault:
        if (fault.name or "").startswith("coterie"):
            raise
        raise MissingExtraError(fault.name or "uvicorn", "serve", "The server") from fault
    named = config or os.environ.get("COTERIE_CONFIG") or None
    settings = Settings.load(
        None if named is None else Path(named),
        os.environ,
        {
            "host": host,
            "port": port,
            "data_dir": data_dir,
            "database_url": database_url,
            "tls_cert": tls_cert,
            "tls_key": tls_key,
            "sign_up": sign_up,
        },
    )
    run_server(settings, sample=sample, say=typer.echo)
