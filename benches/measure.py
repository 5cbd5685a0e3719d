#!/usr/bin/env python3
"""Whole programs: wall clock, user and system CPU, peak memory. See benches/README.md.

    benches/measure.py beside-npm FOLDER [RUNS]    ours and `npm audit signatures`, at one loopback registry
    benches/measure.py replay FOLDER...            ours, on recordings; the growth from the first to the last
    benches/measure.py stream FOLDER TIMES         ours, `verify --stream`, with one and with all cores
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
OURS = TARGET / "release/examples/audit-signatures"
PORT = 4873
AT = "2026-11-22T00:00:00Z"


def registry():
    """The program behind `cargo bench --bench registry`, which is then ours to end."""
    built = subprocess.run(["cargo", "bench", "--quiet", "--bench", "registry", "--no-run", "--message-format", "json"],
                           cwd=HERE.parent, stdout=subprocess.PIPE, check=True)
    messages = map(json.loads, built.stdout.splitlines())
    return next(m["executable"] for m in messages if m.get("target", {}).get("name") == "registry" and m["executable"])


def measured(command, expected, out=None, stdin=None, **more):
    """One run by GNU time: [wall s, user s, system s, peak KiB]."""
    with tempfile.NamedTemporaryFile("r") as figures, tempfile.TemporaryFile("w+b") as unwanted:
        timed = ["/usr/bin/time", "-f", "%e %U %S %M", "-o", figures.name, *map(str, command)]
        out = out or unwanted
        done = subprocess.run(timed, stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, **more)
        if done.returncode not in expected:
            # npm says in its JSON what went wrong, on stdout.
            said = pathlib.Path(f"/proc/self/fd/{out.fileno()}").read_bytes()[-2000:] + done.stderr[-2000:]
            sys.exit(f"{command}: exit code {done.returncode}\n{said.decode(errors='replace')}")
        return [float(figure) for figure in figures.read().split("\n")[-2].split()]


def show(name, runs):
    wall, user, system, peak = (statistics.median(column) for column in zip(*runs))
    print(f"{name:40} wall {wall:7.2f} s   cpu {user + system:7.2f} s ({user:.2f} + {system:.2f})   "
          f"peak {peak / 1024:7.1f} MiB   median of {len(runs)}", flush=True)
    return wall, peak


def trusting(folder):
    return ["--registry-identity", "https://npm.example", "--keys", folder / "keys.json",
            "--trusted-root", folder / "trusted_root.json", "--at", AT]


def verified(report):
    summary = json.loads(report)["summary"]
    return (summary["packages"], summary["verified"], summary["provenance"]["verified"])


def beside_npm(folder, runs=5):
    served = subprocess.Popen([registry(), "serve", folder, str(PORT)], stdout=subprocess.PIPE)
    try:
        url = served.stdout.readline().decode().strip()
        with urllib.request.urlopen(f"{url}-/npm/v1/keys"):
            pass
        with tempfile.TemporaryDirectory() as scratch:
            beside(folder, runs, url, pathlib.Path(scratch))
    finally:
        served.terminate()


def beside(folder, runs, url, scratch):
    project = folder / "project"
    ours = [os.environ.get("OURS", OURS), project, "--registry", url, "--format", "json", *trusting(folder)]
    npm = ["npm", "audit", "signatures", "--json", "--include-attestations", "--registry", url]
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(scratch), "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "NODE_OPTIONS": f"--require {HERE / 'npm-tuf.cjs'}",
        "TUF_MIRROR": f"{url}tuf", "TUF_ROOT": str(folder / "tuf-root.json"),
        "NPM_MODULES": subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=True)
        .stdout.strip() + "/npm/node_modules",
    }
    print("npm", subprocess.run(["npm", "--version"], capture_output=True, text=True).stdout.strip(),
          "node", subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip())
    table = {name: [] for name in ["ours, no cache", "ours, empty cache", "ours, warm cache", "npm, empty cache",
                                   "npm, warm cache", "npm --version"]}
    for run in range(runs):
        # None is deleted before the end: ext4 passes over what was deleted a moment ago, file by file.
        cache = scratch / f"cache-{run}"
        asked = [*npm, "--cache", cache]
        more = {"cwd": project, "env": environment}
        with open(scratch / "ours.json", "w") as out:
            table["ours, no cache"].append(measured([*ours, "--no-cache"], [0], out))
        table["ours, empty cache"].append(measured([*ours, "--cache", scratch / f"ours-{run}"], [0]))
        table["ours, warm cache"].append(measured([*ours, "--cache", scratch / f"ours-{run}"], [0]))
        with open(scratch / "npm.json", "w") as out:
            table["npm, empty cache"].append(measured(asked, [0], out, **more))
        table["npm, warm cache"].append(measured(asked, [0], **more))
        table["npm --version"].append(measured(["npm", "--version"], [0], **more))
    found = json.loads((scratch / "npm.json").read_text())
    print("ours: packages, verified, with provenance:", verified((scratch / "ours.json").read_text()))
    print("npm: invalid, missing, with attestations:", [len(found[k]) for k in ("invalid", "missing", "verified")])
    for name, figures in table.items():
        show(name, figures)
    for kind in ("empty cache", "warm cache"):
        wall, cpu = (statistics.median(part(run) for run in table[f"npm, {kind}"])
                     / statistics.median(part(run) for run in table[f"ours, {kind}"])
                     for part in (lambda run: run[0], lambda run: run[1] + run[2]))
        print(f"{kind}: npm's wall is {wall:.1f} times ours, its CPU {cpu:.1f} times")


def replay(folders, runs=int(os.environ.get("RUNS", "3"))):
    ends = {}
    for folder in folders:
        with tempfile.NamedTemporaryFile("w+") as report:
            for kind in ("json", "human"):
                command = [OURS, folder / "project", "--replay", folder / "recording", "--format", kind, *trusting(folder)]
                figures = []
                for _ in range(runs):
                    report.truncate(0)
                    figures.append(measured(command, [0], report))
                if kind == "json":
                    report.seek(0)
                    packages, all_verified, _ = verified(report.read().lstrip("\0"))
                    assert packages == all_verified
                _, peak = show(f"{packages} packages, {kind}", figures)
                ends.setdefault(kind, []).append((packages, peak))
    for kind, points in ends.items():
        for (fewer, less), (more, peak) in zip(points, points[1:]):
            print(f"{kind}: {fewer} to {more} packages: {(peak - less) / (more - fewer):.2f} KiB a package")


def stream(folder, times):
    with tempfile.NamedTemporaryFile("w+b") as requests:
        subprocess.run([registry(), "requests", folder, str(times)], stdout=requests, check=True)
        requests.flush()
        count = sum(1 for _ in open(requests.name, "rb"))
        for jobs in ("1", str(os.cpu_count())):
            with open(requests.name, "rb") as asked:
                figures = measured([OURS, "verify", "--stream", "--jobs", jobs, *trusting(folder)], [0], stdin=asked)
            wall, _ = show(f"{count} requests, --jobs {jobs}", [figures])
            print(f"{count / wall:.0f} requests a second")


def main():
    match sys.argv[1:]:
        case ["beside-npm", folder]:
            beside_npm(pathlib.Path(folder).resolve())
        case ["beside-npm", folder, runs]:
            beside_npm(pathlib.Path(folder).resolve(), int(runs))
        case ["replay", *folders] if folders:
            replay([pathlib.Path(folder).resolve() for folder in folders])
        case ["stream", folder, times]:
            stream(pathlib.Path(folder).resolve(), int(times))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
