"""The table, in Markdown, of what run.py has seen. Fails, and says why, if a program doesn't resume."""
import json, statistics, sys

rows = [json.loads(line) for line in sys.stdin]
releases = sorted({row["release"] for row in rows})


def resumes(row):
    """Every connection of every run but the first.

    Of two that begin at once, the second may have resumed with the first's ticket in the first run. Where a server gives
    one ticket a connection, one is left then, and a later run may be too quick for that: so there may be as many full
    handshakes in all as there are connections in a run.
    """
    if row["problem"]:
        return False
    full = [run.count("full") for run in row["runs"]]
    return sum(full) <= len(row["runs"][0]) if row["at_once"] else sum(full[1:]) == 0


def cell(row):
    """The four runs, each with its connections."""
    if row["problem"]:
        return "failed"
    return " ".join("".join("R" if kind == "resumed" else "F" for kind in run) for run in row["runs"])


def fault(row):
    """What is wrong with it, or nothing."""
    if row["problem"]:
        return row["problem"]
    if row["exception"]:
        return "is expected not to resume, and does" if resumes(row) else None
    return None if resumes(row) else "doesn't resume in every run from the second on"


def code(text):
    """As code in a table's cell."""
    return f"`{text.replace('|', chr(92) + '|')}`"


def note(group):
    return "; ".join(sorted({row["exception"] for row in group} - {None}))


columns = [(release, index) for release in releases for index in range(2)]
heads = [f"{release}, {'more tickets' if index == 0 else 'one ticket'}" for release, index in columns]
print("| program | command | protocol | " + " | ".join(heads) + " | |")
print("|---" * (len(heads) + 4) + "|")
keys = lambda row: (row["program"], row["protocol"], row["command"])
order = list(dict.fromkeys(map(keys, rows)))
for key in order:
    group = [row for row in rows if keys(row) == key]
    cells = []
    for release in releases:
        seen = [cell(row) for row in group if row["release"] == release]
        cells += (seen + ["", ""])[:2]
    protocol = key[1].replace("TLSv", "TLS ")
    print(f"| {key[0]} | {code(group[0]['command'])} | {protocol} | {' | '.join(cells)} | {note(group)} |")

timed = [row for row in rows if row["times"] and all(row["times"].values())]
if timed:
    print("\n| program | protocol | Debian | with over without | with | without |\n|---|---|---|---|---|---|")
for row in timed:
    with_tool, without = (statistics.median(row["times"][way]) * 1000 for way in ("with", "without"))
    print(
        f"| {row['program']} | {row['protocol'].replace('TLSv', 'TLS ')} | {row['release']} | {with_tool / without:.2f} "
        f"| {with_tool:.1f} ms | {without:.1f} ms |")

faults = [(row, fault(row)) for row in rows if fault(row)]
for row, text in faults:
    print(
        f"\n{row['program']} on Debian {row['release']}, {row['server']}, {row['protocol']}: {text}; seen: {cell(row)}\n"
        + row["log"], file=sys.stderr)
if not rows or faults:
    raise SystemExit(f"{len(faults)} of {len(rows)} rows are not as they must be")
