"""Command line of the Cloud Storage server."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from local.gcs.database import DataInUseError
from local.gcs.http_server import StorageServer
from local.gcs.state import State

_END = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    options = _options()
    # Threads inherit the mask, so that only this one hears the signals, and only where it waits.
    signal.pthread_sigmask(signal.SIG_BLOCK, _END)
    try:
        state = State(data=options.data, project_number=options.project_number)
    except DataInUseError as error:
        print(f"cannot open the data directory: {error}", file=sys.stderr)
        return 1
    server = StorageServer(options.host, options.port, state, verbose=options.verbose)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"ready": True, "port": server.port}), flush=True)
    signal.sigwait(_END)
    state.database.close()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.gcs", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument(
        "--data", type=Path, help="directory that keeps everything; without it nothing is kept"
    )
    parser.add_argument(
        "--project-number", default="123456789012", help="number of the caller's projects"
    )
    parser.add_argument("--verbose", action="store_true", help="log requests to stderr")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
