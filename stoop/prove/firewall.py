"""Whether the firewall of the units is in force, read from the kernel's live rules; lists every hole in it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from stoop.prove.finding import Finding, failed, judged, listed, not_checked
from stoop.prove.installation import Installation

CLAIM = "The firewall lets our parts answer your browser, and call nobody."
_HOW = "read the rules that the kernel goes by right now"
_NFT = ("nft", "--json", "list", "table", "inet", "stoop")
MARK, HTTPS_PORT, LIVE_PORT = 1392, 443, 8443

Json = Any  # as nft prints it: libnftables-json(5)


@dataclass(frozen=True, slots=True)
class Rules:
    """`faults`: what is missing, as clauses. `ways_in`, `ways_out`: what the rules permit, in their own words."""

    faults: tuple[str, ...]
    ways_in: tuple[str, ...]
    ways_out: tuple[str, ...]


def firewall_holds(installation: Installation) -> Finding:
    """Only where the units are installed; elsewhere there is no firewall of ours."""
    if not is_unit(installation):
        return not_checked(CLAIM, _HOW, "on this machine Stoop runs without its units and its firewall")
    try:
        said = subprocess.run(_NFT, capture_output=True, text=True, check=False, timeout=20)
    except FileNotFoundError:
        return failed(CLAIM, _HOW, "there is no nft on this machine, so no rule of ours is in force")
    if said.returncode != 0:
        if "not permitted" in said.stderr:
            return not_checked(CLAIM, _HOW, "reading the rules takes root: ask again with sudo")
        return failed(CLAIM, _HOW, "the kernel has no rules of ours: systemctl restart stoop-firewall.service")
    rules = read_rules(json.loads(said.stdout))
    ways_out = listed(list(rules.ways_out)) or "none"
    detail = f"ways in: {listed(list(rules.ways_in), 12)}. Ways out that were opened: {ways_out}"
    return judged(CLAIM, _HOW, list(rules.faults), detail)


def is_unit(installation: Installation) -> bool:
    """Whether the running camera, or the server, was started by our units."""
    for running in (installation.camera, installation.server):
        if running is None:
            continue
        try:
            groups = (running.proc / str(running.pid) / "cgroup").read_text()
        except OSError:
            continue
        if "/stoop-camera.service" in groups or "/stoop-server.service" in groups:
            return True
    return False


def read_rules(table: Json) -> Rules:
    """What nft's JSON of our table comes to. Pure."""
    parts = table["nftables"]
    rules = [part["rule"] for part in parts if "rule" in part]
    sets = {part["set"]["name"]: part["set"].get("elem", []) for part in parts if "set" in part}
    chains = {part["chain"]["name"]: part["chain"] for part in parts if "chain" in part}
    out = [rule["expr"] for rule in rules if rule["chain"] == "out"]
    refused = [expressions for expressions in out if refuses_calls(expressions)]
    wanted = {
        "what is sent on the handed sockets may begin a connection": ("mark", MARK),
        "the port of the live picture may begin a connection": ("sport", LIVE_PORT),
        "the HTTPS port may begin a connection": ("sport", HTTPS_PORT),
    }
    faults = [fault for fault, (key, value) in wanted.items() if not any(matches(e, key, value) for e in refused)]
    if sum(len(users(expressions)) for expressions in refused) < 4:
        faults.append("not all of our four users are kept from calling")
    if chains.get("out", {}).get("hook") != "output" or chains.get("in", {}).get("hook") != "input":
        faults.append("the rules are not hooked in")
    if chains.get("in", {}).get("policy") != "drop":
        faults.append("what no rule names may come in")
    found = sets.get("found_tcp", [])
    ways_in = [way for rule in rules if rule["chain"] == "in" and (way := _way_in(rule, found))]
    ways_out = [_place(element) for name in ("courier4", "courier6") for element in sets.get(name, [])]
    return Rules(tuple(faults), tuple(dict.fromkeys(ways_in)), tuple(ways_out))


def refuses_calls(expressions: list[Json]) -> bool:
    """Whether a rule refuses what begins a connection, whoever it is for."""
    is_original = matches(expressions, "direction", "original")
    return is_original and any("reject" in one or "drop" in one for one in expressions)


def matches(expressions: list[Json], key: str, value: object) -> bool:
    """Whether a rule asks that this key (of meta, ct or a field) is exactly this value."""
    return any(_key(one) == key and one["match"]["right"] == value for one in expressions)


def users(expressions: list[Json]) -> list[Json]:
    """The user ids that a rule names."""
    found: list[Json] = []
    for one in expressions:
        if _key(one) == "skuid":
            right = one["match"]["right"]
            found += right["set"] if isinstance(right, dict) else [right]
    return found


def _key(expression: Json) -> str | None:
    left = expression.get("match", {}).get("left", {})
    for kind in ("meta", "ct"):
        if kind in left:
            return str(left[kind]["key"])
    return str(left["payload"]["field"]) if "payload" in left else None


def _way_in(rule: Json, found: list[Json]) -> str | None:
    """An accepting rule of the way in, by its comment and port; None for one that opens nothing."""
    expressions = rule["expr"]
    if not any("accept" in one for one in expressions) or "comment" not in rule:
        return None
    ports = [one["match"]["right"] for one in expressions if _key(one) == "dport"]
    if ports == ["@found_tcp"]:
        return f"{rule['comment']} ({', '.join(map(str, found))})" if found else None
    return f"{rule['comment']} ({ports[0]})" if ports else str(rule["comment"])


def _place(element: Json) -> str:
    """Address and port of a hole."""
    parts = element["concat"] if isinstance(element, dict) and "concat" in element else [element]
    return " port ".join(str(part) for part in parts)
