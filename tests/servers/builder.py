"""A process that imports once and then forks a child for every line it reads: children can be killed at any moment.

    echo '{"url": …, "cache": …, "out": …, "file_size": null, "whole": false}' | python -m tests.servers.builder

A child fetches everything a live build needs and puts it where the old snapshot was, as the build does; or, with
`whole`, it is that build, of the small municipality. The process writes the child's number on a line, and `ended CODE`
when it has ended; the child's last line on standard error says why it failed.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback
from pathlib import Path

from tests.servers.live import services
from tests.servers.osm import small_frame
from trefpunt import snapshot
from trefpunt.build import derived  # noqa: F401 - so that no child imports it anew
from trefpunt.build.live import LiveOptions, build_municipality
from trefpunt.errors import TrefpuntError
from trefpunt.sources import cbs_odata, overpass, pdok
from trefpunt.sources.http import Fetcher
from trefpunt.sources.municipalities import find_municipality
from trefpunt.sources.services import Limits

LIMITS = Limits(tries=2, pause=0.01)


def build(url: str, cache: Path, out: Path) -> None:
    """Fetch scores, key figures, boundaries and OpenStreetMap, and replace `out` by them."""
    fetcher = Fetcher(cache, services(url), LIMITS)
    here = find_municipality("Maastricht")
    with snapshot.replacing(out) as folder:
        cbs_odata.fetch_ses(fetcher, here).rows.to_csv(folder / "ses.csv")
        cbs_odata.fetch_key_figures(fetcher, here).rows.to_csv(folder / "kwb.csv")
        areas = pdok.fetch_areas(fetcher, here, 2024)
        areas.neighbourhoods.to_csv(folder / "areas.csv")
        overpass.fetch_osm(fetcher, small_frame(), folder / "osm.osm.pbf", ["places"])


def build_whole(url: str, cache: Path, out: Path) -> None:
    """Build the small municipality, all of it."""
    build_municipality(find_municipality("Vaals"), out, LiveOptions(cache=cache, services=services(url), limits=LIMITS))


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 3
            try:
                if order["file_size"]:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_size"], order["file_size"]))
                one = build_whole if order.get("whole") else build
                one(order["url"], Path(order["cache"]), Path(order["out"]))
                code = 0
            except TrefpuntError as fault:
                print(json.dumps(f"{type(fault).__name__}: {fault}"), file=sys.stderr, flush=True)
                code = 2
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print("ended", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
