"""Materializes the streams that each line on stdin names (all, for an empty line), and says what came of it."""

import json
import sys

sys.path.insert(0, sys.argv[1])

import centra
import dagster as dg


def materialize(streams):
    keys = [dg.AssetKey(["acme", stream]) for stream in streams]
    result = dg.materialize(
        centra.assets,
        selection=keys or None,
        resources={"centra": centra.Centra(root=sys.argv[2])},
        instance=dg.DagsterInstance.ephemeral(),
        raise_on_error=False,
    )
    failed = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    return {
        "is_good": result.success,
        "retries": len([event for event in result.all_events if event.is_step_up_for_retry]),
        "rows": {
            event.asset_key.path[-1]: event.step_materialization_data.materialization.metadata[
                "dagster/row_count"
            ].value
            for event in result.get_asset_materialization_events()
        },
        "exit_codes": [data.user_failure_data.metadata["exit_code"].value for data in failed if data.user_failure_data],
    }


def say(value):
    print("RESULT " + json.dumps(value), flush=True)


dg.Definitions.validate_loadable(centra.defs)
say({"streams": centra.STREAMS})
for line in sys.stdin:
    say(materialize(line.split()))
