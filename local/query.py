"""Asks the running local stack's database: `python -m local.query "select …"`."""

import json
import sys
from contextlib import closing

import psycopg2

from local.functions import REPOSITORY


def main() -> int:
    """Print a query's rows, tab-separated under their names."""
    try:
        state = json.loads((REPOSITORY / ".local" / "stack.json").read_text(encoding="utf-8"))
    except OSError:
        sys.stderr.write("The local stack is not running. Start it with: make up\n")
        return 1
    with closing(psycopg2.connect(state["database_url"])) as connection, connection:
        cursor = connection.cursor()
        try:
            cursor.execute(" ".join(sys.argv[1:]))
        except psycopg2.Error as error:
            sys.stderr.write(f"{error}")
            return 1
        names = [column.name for column in cursor.description or ()]
        for row in [names, *(cursor.fetchall() if names else [])]:
            sys.stdout.write("\t".join("" if cell is None else str(cell) for cell in row) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
