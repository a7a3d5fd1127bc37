"""Media behind Active Storage links, which start to work a moment after their message exists."""

import base64
import hashlib
import hmac
import itertools
import json
import mimetypes
import secrets
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from local.http_messages import RefusedError, Request, Response, Route

_LINK_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """One stored file; `available_at` is None for a file that never arrives."""

    path: Path
    filename: str
    content_type: str
    size: int
    available_at: float | None

    @property
    def extension(self) -> str:
        """The file name's extension without its dot."""
        return Path(self.filename).suffix.removeprefix(".")


class Blobs:
    """The files below `directory` and the links that lead to them."""

    def __init__(self, directory: Path, base_url: str, delay: float) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._base_url = base_url
        self._delay = delay
        self._key = secrets.token_bytes(32)
        self._blobs: dict[int, Blob] = {}
        self._ids = itertools.count(911)
        self._lock = threading.Lock()

    def routes(self) -> list[Route]:
        """Return the routes of the links."""
        base = "/rails/active_storage"
        return [
            Route("GET", f"{base}/blobs/redirect/{{signed_id}}/{{filename}}", self._redirect),
            Route(
                "GET",
                f"{base}/representations/redirect/{{signed_id}}/{{variation}}/{{filename}}",
                self._redirect,
            ),
            Route("GET", f"{base}/disk/{{token}}/{{filename}}", self._send),
        ]

    def add(self, wanted: Mapping[str, Any]) -> int:
        """Store the file of a wanted attachment (`path` or `base64`) and return its id."""
        if "path" in wanted:
            source = Path(wanted["path"])
            filename = wanted.get("filename") or source.name
        else:
            source = None
            filename = wanted.get("filename") or "file.bin"
        guessed = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        path = self._directory / secrets.token_hex(14)
        if source is None:
            path.write_bytes(base64.b64decode(wanted["base64"], validate=True))
        else:
            shutil.copyfile(source, path)
        delay = wanted.get("available_after_seconds", self._delay)
        blob = Blob(
            path=path,
            filename=filename,
            content_type=wanted.get("content_type") or guessed,
            size=path.stat().st_size,
            available_at=None if delay is None else time.time() + delay,
        )
        with self._lock:
            blob_id = next(self._ids)
            self._blobs[blob_id] = blob
        return blob_id

    def media_fields(self, blob_id: int, file_type: str) -> dict[str, Any]:
        """Return the attachment keys of a file, in Chatwoot's order."""
        blob = self._blobs[blob_id]
        signed_id = self._sign({"data": blob_id, "pur": "blob_id"})
        name = quote(blob.filename)
        links = f"{self._base_url}/rails/active_storage"
        thumbnail = f"{links}/representations/redirect/{signed_id}/VARIATION--00ff/{name}"
        suffix = "?disposition=inline" if file_type == "audio" else ""
        fields = {
            "extension": blob.extension,
            "content_type": blob.content_type,
            "data_url": f"{links}/blobs/redirect/{signed_id}/{name}{suffix}",
            "thumb_url": thumbnail if file_type == "image" else "",
            "file_size": blob.size,
            "width": None,
            "height": None,
        }
        return fields | ({"transcribed_text": ""} if file_type == "audio" else {})

    def remove(self, blob_id: int) -> None:
        """Delete a file; its links answer 404 from now on."""
        with self._lock:
            self._blobs.pop(blob_id).path.unlink()

    def _redirect(self, request: Request) -> Response:
        blob_id = self._verified(request.params["signed_id"], "blob_id")["data"]
        blob = self._blobs.get(blob_id)
        if blob is None:
            raise _not_found()
        expires = time.time() + _LINK_SECONDS
        token = self._sign({"data": blob_id, "exp": expires, "pur": "blob_key"})
        name = quote(blob.filename)
        location = f"{self._base_url}/rails/active_storage/disk/{token}/{name}"
        return Response(status=302, content_type="text/html", headers={"Location": location})

    def _send(self, request: Request) -> Response:
        claims = self._verified(request.params["token"], "blob_key")
        blob = self._blobs.get(claims["data"])
        now = time.time()
        if blob is None or claims["exp"] < now:
            raise _not_found()
        if blob.available_at is None or now < blob.available_at:
            raise _not_found()
        disposition = f"inline; filename*=UTF-8''{quote(blob.filename)}"
        return Response(
            content_type=blob.content_type,
            headers={"Content-Disposition": disposition},
            file=blob.path,
        )

    def _sign(self, claims: dict[str, Any]) -> str:
        data = base64.urlsafe_b64encode(json.dumps({"_rails": claims}).encode()).decode()
        return f"{data}--{self._digest(data)}"

    def _verified(self, signed: str, purpose: str) -> dict[str, Any]:
        data, _, digest = signed.partition("--")
        if not hmac.compare_digest(digest.encode(), self._digest(data).encode()):
            raise _not_found()
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(data))["_rails"]
        if claims["pur"] != purpose:
            raise _not_found()
        return claims

    def _digest(self, data: str) -> str:
        return hmac.new(self._key, data.encode(), hashlib.sha256).hexdigest()[:40]


def _not_found() -> RefusedError:
    """Refuse without a body, as Active Storage does."""
    return RefusedError(Response(status=404, content_type="text/html"))
