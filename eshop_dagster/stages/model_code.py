"""The code of ours that a model file needs to be opened: found by following imports from the types that it holds."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from eshop_dagster.settings import PROJECT_DIR

_PACKAGE = "eshop_dagster"


def code_for(types: Iterable[str]) -> dict[str, bytes]:
    """Return Python files by path, enough to import the modules of these types with nothing else of ours.

    A package's own `__init__.py` offers much that a fitted model never calls, training above all: it is replaced by an
    empty one, so that only what is imported by name comes along.

    Args:
        types: full names, such as `eshop_dagster.ml.spend.model.SpendMean`; those of other packages are passed over.
    """
    wanted = {name.rpartition(".")[0] for name in types if name.startswith(f"{_PACKAGE}.")}
    found: dict[str, bytes] = {}
    while wanted:
        module = wanted.pop()
        path = _file_of(module)
        name = str(path.relative_to(PROJECT_DIR))
        if name in found:
            continue
        found[name] = path.read_bytes()
        wanted |= {one for one in _imports(found[name]) if one.startswith(f"{_PACKAGE}.")}
    for name in list(found):
        for folder in Path(name).parents:
            if folder != Path("."):
                found.setdefault(f"{folder}/__init__.py", b"")
    return dict(sorted(found.items()))


def _file_of(module: str) -> Path:
    path = PROJECT_DIR.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _imports(code: bytes) -> Iterator[str]:
    """Yield the modules that a file imports, inside functions, too."""
    for node in ast.walk(ast.parse(code)):
        yield from _names(node)


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module


def packages_of(code: Iterable[bytes], types: Iterable[str]) -> set[str]:
    """Return the packages, beyond ours, without which these files and types cannot be imported.

    What is imported within a function is for training: a fitted model that needs it holds one of its types.
    """
    trees = [ast.parse(file) for file in code]
    named = {name for tree in trees for node in tree.body for name in _names(node)}
    return {name.partition(".")[0] for name in {*named, *types}} - {_PACKAGE}
