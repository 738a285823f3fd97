"""Answers questions about a DuckDB file that is closed. Called with one argument: a JSON file with the questions."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb


def plain(value: Any) -> Any:
    """A value of DuckDB as JSON."""
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, (int, float, bool, str)) else str(value)


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[list[Any]]:
    """The rows of a query."""
    return [[plain(value) for value in row] for row in connection.execute(query).fetchall()]


def texts_found(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> dict[str, list[str]]:
    """In which columns, of whatever table of the database, each text stands, as a part or as a whole."""
    found: dict[str, list[str]] = {text: [] for text in texts}
    columns = rows(connection, "SELECT table_schema, table_name, column_name FROM information_schema.columns")
    for schema, table, column in columns:
        place = f'"{schema}"."{table}"'
        for text in texts:
            count = connection.execute(
                f'SELECT count(*) FROM {place} WHERE contains(lower(CAST("{column}" AS VARCHAR)), ?)',
                [text.lower()],
            ).fetchone()
            if count and count[0]:
                found[text].append(f"{table}.{column}")
    return found


def main() -> None:
    """Write the answers beside the questions."""
    path = Path(sys.argv[1])
    job = json.loads(path.read_text())
    connection = duckdb.connect(job["database"], read_only=True)
    connection.execute("SET TimeZone = 'UTC'")
    answer = {
        "queries": {name: rows(connection, query) for name, query in job["queries"].items()},
        "found": texts_found(connection, job["texts"]),
    }
    path.with_suffix(".answer.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
