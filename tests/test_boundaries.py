"""Borders that types alone can't hold: only the mask makes a masked picture."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("camera", "server", "stoop")
MAKER = Path("camera/mask.py")
NAME = "MaskedFrame"
_COPIERS = {"replace", "copy", "deepcopy", "__replace__", "__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__"}


def faults_in(tree: ast.AST) -> list[str]:
    """Each place that could make a MaskedFrame or pass something off as one: a sentence with its line.

    Outside annotations, imports and `isinstance`, the name may not be used at all; nor may a value that is annotated
    with it be copied, replaced, or asked for its type in order to call that.
    """
    harmless = {id(node) for node in _harmless(tree)}
    masked_names = _names_annotated_with_it(tree)
    return [
        f"line {getattr(node, 'lineno', 0)}: {fault}"
        for node in ast.walk(tree)
        if (fault := _fault(node, harmless, masked_names))
    ]


def _fault(node: ast.AST, harmless: set[int], masked_names: set[str]) -> str | None:
    if _is_name(node) and id(node) not in harmless:
        return f"uses {NAME} outside an annotation"
    if isinstance(node, ast.alias) and node.name == NAME and node.asname:
        return f"imports {NAME} under another name"
    if isinstance(node, ast.Constant) and node.value == NAME and id(node) not in harmless:
        return f"holds the name {NAME} as text"
    if isinstance(node, ast.Attribute) and node.attr in {"__new__", "__class__", "__subclasses__", "__setattr__"}:
        return f"uses {node.attr}, which can make any object"
    if isinstance(node, ast.Call) and _is_copier(node.func) and _mentions(node, masked_names):
        return "copies a masked picture"
    if isinstance(node, ast.Call) and _called_name(node.func) == "type" and _mentions(node, masked_names):
        return "asks for the type of a masked picture"
    return None


def _is_name(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and node.id == NAME) or (isinstance(node, ast.Attribute) and node.attr == NAME)


def _called_name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _is_copier(function: ast.expr) -> bool:
    return _called_name(function) in _COPIERS


def _mentions(call: ast.Call, names: set[str]) -> bool:
    parts = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Attribute):
        parts.append(call.func.value)
    return any(isinstance(part, ast.Name) and part.id in names for part in parts)


def _annotations(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield node.annotation
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            yield node.returns


def _harmless(tree: ast.AST) -> Iterator[ast.AST]:
    for annotation in _annotations(tree):
        yield from ast.walk(annotation)
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):  # Callable[[MaskedFrame], None], deque[MaskedFrame]
            yield from ast.walk(node.slice)
        if isinstance(node, ast.Call) and _called_name(node.func) == "isinstance":
            yield from node.args[1:]
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["__all__"]:
            yield from ast.walk(node.value)


def _names_annotated_with_it(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            mentions = any(
                _is_name(part) or (isinstance(part, ast.Constant) and NAME in str(part.value))
                for part in ast.walk(node.annotation)
            )
            target = node.arg if isinstance(node, ast.arg) else getattr(node.target, "id", "")
            if mentions:
                names.add(target)
    return names


def test_only_the_mask_makes_a_masked_frame() -> None:
    checked = 0
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            checked += 1
            if path.relative_to(ROOT) != MAKER:
                assert faults_in(ast.parse(path.read_text())) == [], path.relative_to(ROOT)
    assert checked > 10


def test_the_mask_makes_it_in_one_place() -> None:
    tree = ast.parse((ROOT / MAKER).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called_name(node.func) == NAME]
    assert len(calls) == 1


@pytest.mark.parametrize(
    "code",
    [
        "MaskedFrame(a, b, c)",
        "frame.MaskedFrame(a, b, c)",
        "make = MaskedFrame",
        "from camera.frame import MaskedFrame as M",
        "object.__new__(MaskedFrame)",
        "object.__new__(kind)",
        "cast(MaskedFrame, frame)",
        "cast('MaskedFrame', frame)",
        "getattr(frame, 'MaskedFrame')",
        "[MaskedFrame][0](a, b, c)",
        "class Sneaky(MaskedFrame): pass",
        "def f(x: MaskedFrame): return replace(x, i420=y)",
        "def f(x: MaskedFrame): return dataclasses.replace(x, i420=y)",
        "def f(x: 'MaskedFrame'): return copy.copy(x)",
        "def f(x: MaskedFrame | None): return copy.deepcopy(x)",
        "def f(x: MaskedFrame): return type(x)(a, b, c)",
        "def f(x: MaskedFrame): return x.__class__(a, b, c)",
        "def f(x: MaskedFrame): object.__setattr__(x, 'i420', y)",
        "functools.partial(MaskedFrame, a)",
    ],
)
def test_a_trick_that_makes_one_is_seen(code: str) -> None:
    assert faults_in(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "from camera.frame import MaskedFrame",
        "def f(x: MaskedFrame) -> MaskedFrame: return x",
        "Sink: TypeAlias = Callable[[MaskedFrame], None]",
        "queue = deque[MaskedFrame](maxlen=3)",
        "isinstance(x, MaskedFrame)",
        "def f(x: MaskedFrame): return replace(other, a=1)",
        "__all__ = ['MaskedFrame']",
    ],
)
def test_an_honest_use_is_allowed(code: str) -> None:
    assert faults_in(ast.parse(code)) == []
