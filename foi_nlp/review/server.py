"""Run the review page on this machine, and nowhere else."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from foi_nlp.review.application import address_of, make_application
from foi_nlp.review.readding import warm_up
from foi_nlp.review.session import Session

LOOPBACK = "127.0.0.1"


class PortError(Exception):
    """The port cannot be listened on."""


def serve(
    run: Path,
    reviewer: str,
    *,
    port: int = 0,
    decisions: Path | None = None,
    ready: Callable[[str, Session], None] = lambda _address, _session: None,
) -> None:
    """Serve the review page of a run until it is interrupted. `ready` is given the address with its token.

    Raises StoreError for a folder that holds no run, JournalError for an unfit reviewer's name, PortError.
    """
    session = Session(run, reviewer, decisions=decisions)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as error:
            raise PortError(f"port {port} is taken ({error.strerror}); give another with --port, or none") from None
        port = int(listener.getsockname()[1])
        token = secrets.token_urlsafe(24)
        config = uvicorn.Config(
            make_application(session, token=token, port=port),
            log_level="warning", access_log=False, server_header=False, lifespan="off", proxy_headers=False,
        )  # fmt: skip
        listener.listen()
        threading.Thread(target=warm_up, daemon=True).start()
        ready(address_of(port, token), session)
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        listener.close()
