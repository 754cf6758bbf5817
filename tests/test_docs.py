"""The documents say what the code does: dependencies, settings, sources, guarantees, commands and links."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest
import typer
from typer.core import TyperGroup

from camera.contract import Event
from camera.doorbell import BUTTONS, CHIMES, SPEAKERS
from camera.doorbell.lamp import LAMPS
from camera.motion import DETECTORS
from camera.settings import CameraSettings, ServerSettings, Settings
from camera.sources import SOURCES
from stoop.cli import app
from tests.markdown import ROOT, code_lines, code_spans, pages, relative_links, rows, section

DEPENDENCIES = (ROOT / "docs" / "dependencies.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
THREATS = (ROOT / "docs" / "threat-model.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED_BY_BENCHES_ONLY = {"playwright"}
"""Of the development set; a benchmark that misses it says so and is skipped."""
BROUGHT_BY_ANOTHER = "## Python, imported but"


def listed(heading: str) -> set[str]:
    return {row[0] for row in rows(section(DEPENDENCIES, heading))}


def names_of(requirements: list[str]) -> set[str]:
    found = {re.split(r"[<>=!~\[; ]", requirement)[0].lower() for requirement in requirements}
    return found - {PROJECT["name"]}


# --- dependencies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [
        ("## Python, at run time", names_of(PROJECT["dependencies"])),
        (
            "## Python, to build and test",
            names_of([line for lines in PROJECT["optional-dependencies"].values() for line in lines]),
        ),
    ],
)
def test_each_python_dependency_has_its_line(heading: str, wanted: set[str]) -> None:
    assert listed(heading) == wanted


@pytest.mark.parametrize(
    ("heading", "member"), [("## Web, in the page", "dependencies"), ("## Web, to build and test", "devDependencies")]
)
def test_each_web_dependency_has_its_line(heading: str, member: str) -> None:
    assert listed(heading) == set(json.loads((ROOT / "web" / "package.json").read_text())[member])


def test_each_client_to_test_with_has_its_line() -> None:
    wanted = json.loads((ROOT / "tests" / "clients" / "package.json").read_text())["dependencies"]
    assert listed("## WHEP clients, to test with") == set(wanted)


def test_each_tool_that_set_up_fetches_has_its_line() -> None:
    names = ("DEBIAN_FOR_TESTS", "DEBIAN_FOR_VM")
    debian = {package for name in names for package in assigned(ROOT / "run.py", name).values()}
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements-node.lock").read_text(), re.MULTILINE))
    assert listed("## Tools that set-up may fetch") == debian | locked | {"cyclonedx-bom"}


def test_every_dependency_line_is_filled_in() -> None:
    for row in rows(DEPENDENCIES):
        assert all(row), row


def test_what_our_code_imports_is_declared() -> None:
    known = listed("## Python, at run time") | listed(BROUGHT_BY_ANOTHER)
    brings = importlib.metadata.packages_distributions()
    modules = [path for part in ("camera", "server", "stoop") for path in (ROOT / part).rglob("*.py")]
    imported = set().union(*map(imports_of, modules)) - WANTED_BY_BENCHES_ONLY
    for path in modules:
        assert path.name.startswith("bench") or not imports_of(path) & WANTED_BY_BENCHES_ONLY, path
    foreign = imported - set(sys.stdlib_module_names) - {"camera", "server", "stoop"}
    assert len(foreign) > 5
    for module in foreign:
        assert {name.lower() for name in brings.get(module, [module])} & known, module


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def assigned(path: Path, name: str) -> dict[str, str]:
    """The literal that `path` assigns to `name` at its top."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == [name]:
            literal: dict[str, str] = ast.literal_eval(node.value)
            return literal
    raise ValueError(f"{path} assigns no {name}: follow its new name in the test")


# --- settings ---------------------------------------------------------------------------------------------------


def fields() -> dict[str, tuple[str, str | None]]:
    """Key to default as TOML writes it, and the range in the words of the page where there is one."""
    found: dict[str, tuple[str, str | None]] = {"source": (as_toml(Settings().source), None)}
    for table, values in (("camera", CameraSettings()), ("server", ServerSettings())):
        hints = get_type_hints(type(values), include_extras=True)
        for name in values.__struct_fields__:
            found[f"{table}.{name}"] = (as_toml(getattr(values, name)), as_range(hints[name]))
    return found


def as_toml(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def as_range(hint: Any) -> str | None:  # Any: an annotation as typing gives it
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta):
            least = f"{meta.ge:g}" if meta.ge is not None else f"more than {meta.gt:g},"
            step = f", in steps of {meta.multiple_of:g}" if meta.multiple_of else ""
            return f"{int(meta.ge) if meta.ge is not None and meta.ge >= 1e5 else least} to {number(meta.le)}{step}"
    return None


def number(value: float | None) -> str:
    assert value is not None
    return str(int(value)) if value == int(value) else f"{value:g}"


def test_every_setting_is_on_the_page_with_its_default_and_range() -> None:
    page = {code_spans(row[0])[0]: row for row in rows(section(SETTINGS, "## The file"))}
    wanted = fields()
    assert set(page) == set(wanted)
    for key, (default, limits) in wanted.items():
        assert code_spans(page[key][1]) == [default], key
        assert limits is None or page[key][2] == limits, key


VARIANTS = [
    ("## Sources", SOURCES),
    ("## Detectors", DETECTORS),
    ("### Buttons", BUTTONS),
    ("### Chimes", CHIMES),
    ("### Speakers", SPEAKERS),
    ("### Lamps", LAMPS),
]


@pytest.mark.parametrize(("heading", "table"), VARIANTS)
def test_every_variant_is_on_the_page(heading: str, table: dict[str, object]) -> None:
    assert {code_spans(row[0])[0] for row in rows(section(SETTINGS, heading))} == set(table)


def test_the_example_settings_are_read() -> None:
    example = re.search(r"```toml\n(.*?)```", SETTINGS, re.DOTALL)
    assert example is not None
    assert msgspec.toml.decode(example[1], type=Settings) != Settings()


# --- threat model -----------------------------------------------------------------------------------------------


def guarantees() -> list[list[str]]:
    return rows(section(THREATS, "## Guarantees"))


def test_each_guarantee_names_code_and_a_test() -> None:
    ids = [row[0] for row in guarantees()]
    assert len(ids) == len(set(ids))
    assert len(ids) > 20
    for name, _, code, tests in guarantees():
        assert code_spans(code), name
        assert code_spans(tests), name
        assert all("::" in test for test in code_spans(tests)), name


@pytest.mark.parametrize("span", sorted({s for row in guarantees() for cell in row[2:] for s in code_spans(cell)}))
def test_what_a_guarantee_names_exists(span: str) -> None:
    path, _, test = span.partition("::")
    assert (ROOT / path).is_file()
    if test:
        source = (ROOT / path).read_text()
        pattern = rf"def {re.escape(test)}\(" if path.endswith(".py") else rf'\bit(\.\w+)?\(\s*"{re.escape(test)}"'
        assert re.search(pattern, source), f"{path} has no test {test!r}"


def test_the_threat_model_has_its_three_parts() -> None:
    for heading in ("## Assumes", "## Guarantees", "## Does NOT protect"):
        assert section(THREATS, heading).strip()


def test_an_event_has_no_member_for_a_picture_or_a_name() -> None:
    assert Event.__struct_fields__ == ("kind", "at_ms", "clip")
    assert set(get_type_hints(Event).values()) == {str, int, str | None}


# --- commands and links -----------------------------------------------------------------------------------------


def commands(page: Path) -> list[str]:
    """Each command of ours on a page, in blocks and between backticks."""
    text = page.read_text()
    found = code_lines(text) + code_spans(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return [line for line in found if re.match(r"(python3 run\.py|(\.venv/bin/)?stoop) \w", line)]


def fault_in(command: str) -> str | None:
    words = command.split()
    if words[0] == "python3":
        jobs = set(re.findall(r"^ *\"(\w+)\": job_\1,$", (ROOT / "run.py").read_text(), re.MULTILINE))
        return None if words[2] in jobs else f"run.py has no {words[2]}"
    stoop = typer.main.get_command(app)
    assert isinstance(stoop, TyperGroup)
    asked: Any = stoop  # Any: typer's own classes of groups and commands
    depth = 0
    while isinstance(asked, TyperGroup):
        depth += 1
        if len(words) <= depth or words[depth] not in asked.commands:
            return f"{' '.join(words[:depth])} has no {words[depth] if len(words) > depth else 'command'}"
        asked = asked.commands[words[depth]]
    known = {option for parameter in asked.params for option in parameter.opts}
    unknown = [word for word in words[depth + 1 :] if word.startswith("-") and word not in known]
    return f"{' '.join(words[: depth + 1])} has no {unknown[0]}" if unknown else None


def test_the_commands_on_our_pages_exist() -> None:
    checked = 0
    for page in pages():
        for command in commands(page):
            checked += 1
            assert fault_in(command) is None, f"{page.name}: {command}"
    assert checked > 8


@pytest.mark.parametrize(
    "command", ["python3 run.py fly", "stoop fly", ".venv/bin/stoop open X --nowhere", "stoop mask", "stoop mask fly"]
)
def test_a_command_that_is_not_there_is_seen(command: str) -> None:
    assert fault_in(command)


def test_relative_links_lead_somewhere() -> None:
    checked = 0
    for page in pages():
        for target in relative_links(page.read_text()):
            checked += 1
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
    assert checked > 10


def test_the_index_names_every_page_of_docs() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for target in relative_links(index.read_text())}
    assert {page for page in pages() if ROOT / "docs" in page.parents} - {index} <= linked
