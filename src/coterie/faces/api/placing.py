"""POST /models/{name}/place: one record in, one Placement out, with nothing in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from coterie.errors import RecordError
from coterie.faces.api.bodies import JSON, media_type, read_json, whole
from coterie.faces.api.permissions import require
from coterie.faces.api.problems import Problem

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from coterie.faces.api.limits import Limits
    from coterie.faces.api.serving import Models


class PlaceEndpoint:
    """Answers by itself rather than through FastAPI, which would take longer than the placing.

    Parameters
    ----------
    models : Models
    limits : Limits
    """

    def __init__(self, models: Models, limits: Limits) -> None:
        self._models = models
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Place one record.

        Raises
        ------
        Problem
            Whatever is wrong with the request.
        """
        require(scope, "place", "place")
        media_type(scope, (JSON,))
        served = await self._models.get(scope["path_params"]["name"])
        body = await whole(scope, receive, self._limits.record_bytes)
        record = served.form.check(read_json(body))
        try:
            placement = served.model.place(record)
        except RecordError as fault:
            raise Problem(422, "invalid-record", str(fault)) from None
        content = orjson.dumps(placement.to_dict())
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"content-length", str(len(content)).encode()),
                    (b"cache-control", b"no-store"),
                    (b"coterie-study", served.study_id.encode()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": content})
