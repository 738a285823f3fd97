"""Runs the connector as a platform does, and reads its messages strictly with Airbyte's own model."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airbyte_protocol_dataclasses.models import AirbyteMessage, Type
from model import load

ROOT = Path(os.environ.get("CONFORMANCE_ROOT", "."))
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Outcome:
    """What one call of the connector left behind."""

    code: int
    messages: list[AirbyteMessage]
    stderr: str

    def of(self, kind: Type) -> list[AirbyteMessage]:
        """Give the messages of one type."""
        return [message for message in self.messages if message.type is kind]

    def records(self, stream: str | None = None) -> list[dict[str, Any]]:
        """Give the records' data, of one stream or of all."""
        found = [message.record for message in self.of(Type.RECORD)]
        return [r.data for r in found if r is not None and stream in (None, r.stream)]

    def last_states(self) -> list[dict[str, Any]]:
        """Give the last state of each stream, in the form in which a platform hands it back."""
        last: dict[str, dict[str, Any]] = {}
        for message in self.of(Type.STATE):
            state = message.state
            assert state is not None and state.stream is not None
            last[state.stream.stream_descriptor.name] = {
                "type": "STREAM",
                "stream": {
                    "stream_descriptor": {"name": state.stream.stream_descriptor.name},
                    "stream_state": vars(state.stream.stream_state),
                },
            }
        return list(last.values())


def run(command: str, **files: Any) -> Outcome:
    """Run a command with files mounted as /secrets/NAME.json; a path is mounted as it is."""
    args: list[str] = []
    mounts: list[str] = []
    with tempfile.TemporaryDirectory(prefix="source-centra-") as folder:
        for name, content in files.items():
            path = content if isinstance(content, Path) else Path(folder) / f"{name}.json"
            if not isinstance(content, Path):
                path.write_text(json.dumps(content))
            mounts += ["-v", f"{path.resolve()}:/secrets/{name}.json"]
            args += [f"--{name}", f"/secrets/{name}.json"]
        Path(folder).chmod(0o755)
        process = subprocess.run(
            ["docker", "run", "--rm", *mounts, os.environ["CONFORMANCE_IMAGE_NAME"], command, *args],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    assert process.stdout == "" or process.stdout.endswith("\n"), "the output ends within a line"
    messages = [strict_message(line) for line in process.stdout.splitlines()]
    return Outcome(process.returncode, messages, process.stderr)


def strict_message(line: str) -> AirbyteMessage:
    """Parse one line of the output; nothing but a message of the protocol may stand there."""
    message: AirbyteMessage = load(AirbyteMessage, json.loads(line), "message")
    filled = {name for name, value in vars(message).items() if value is not None} - {"type"}
    wanted = {
        Type.CONNECTION_STATUS: "connectionStatus",
    }.get(message.type, message.type.value.lower())
    assert filled == {wanted}, f"a {message.type.value} message holds {sorted(filled)}"
    return message


def configured(outcome: Outcome, mode: str, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Make a configured catalog of discovered streams, as a platform writes one."""
    discovered = outcome.of(Type.CATALOG)[0].catalog
    assert discovered is not None
    return {
        "streams": [
            {
                "stream": {
                    "name": stream.name,
                    "json_schema": stream.json_schema,
                    "supported_sync_modes": [mode.value for mode in stream.supported_sync_modes],
                    "source_defined_cursor": stream.source_defined_cursor,
                    "default_cursor_field": stream.default_cursor_field,
                    "source_defined_primary_key": stream.source_defined_primary_key,
                    "is_resumable": stream.is_resumable,
                },
                "sync_mode": mode,
                "destination_sync_mode": "append_dedup" if mode == "incremental" else "overwrite",
                "cursor_field": stream.default_cursor_field,
                "primary_key": stream.source_defined_primary_key,
                "generation_id": 1,
                "minimum_generation_id": 0,
                "sync_id": 1,
            }
            for stream in discovered.streams
            if names is None or stream.name in names
        ]
    }
