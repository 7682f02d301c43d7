"""Reads dashboards into Grafana's own types and writes them again: what the types do not know is lost on the way,
and named, as are panels of no type. Exit code 1 when anything is."""

import json
import pathlib
import sys

from grafana_foundation_sdk.cog import plugins, runtime
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard


def lost(before, after, place):
    if isinstance(before, dict):
        for name, value in before.items():
            if not isinstance(after, dict) or name not in after:
                yield f"{place}.{name}"
            else:
                yield from lost(value, after[name], f"{place}.{name}")
    elif isinstance(before, list):
        if not isinstance(after, list) or len(before) != len(after):
            yield place
        else:
            for number, pair in enumerate(zip(before, after)):
                yield from lost(*pair, f"{place}[{number}]")
    elif before != after:
        yield place


plugins.register_default_plugins()
found = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    before = json.loads(path.read_text())
    after = json.loads(JSONEncoder().encode(Dashboard.from_json(before)))
    for panel in before["panels"]:
        if runtime.panelcfg_config(panel["type"]) is None:
            print(f"Grafana has no panel of the type {panel['type']}: {path.name}, {panel['title']}")
            found += 1
    for place in lost(before, after, path.name):
        print(f"Grafana does not know {place}")
        found += 1
sys.exit(min(found, 1))
