"""What a file may be called, how long it may be, and what must not stand in it."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, modules, text_files, tree_of

LONGEST = 400
BANNED = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
ALL = list(modules(*PACKAGES, "tests"))
# Sums of weights and code values: whatever is measured is whole numbers. The tables
# are made once from exact fractions; nothing at run time divides or rounds.
# Colour of picture/2 is 32-bit floats, and these modules alone may hold them.
COLOUR = {"blend.py", "linear.py", "straight.py", "transform.py"}
EXACT = [
    module
    for module in modules("pipeline/kernels")
    if module.name not in {"make_tables.py", "__init__.py"} | COLOUR
]
# Tests of privacy invent a few homes (/home/min): those of nobody are permitted.
HOME = re.compile(r"(?<![\w.])/(?:home|Users|root|work|tmp|opt)/(?!min\b|kim\b)[\w.-]+")
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted|registry\.npmjs|crates\.io|rubygems\.org|anaconda\.org"
    r"|pypi-mirror|artifactory|nexus\.|--index-url|--extra-index-url",
    re.IGNORECASE,
)


@pytest.mark.parametrize("module", ALL, ids=str)
def test_a_file_is_about_one_noun_and_not_too_long(module: Path) -> None:
    assert len((ROOT / module).read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("module", ALL, ids=str)
def test_no_module_or_package_has_a_name_that_says_nothing(module: Path) -> None:
    assert not BANNED & {part.lower() for part in module.with_suffix("").parts}


@pytest.mark.parametrize(
    "module", [one for one in ALL if one.name == "__init__.py"], ids=str
)
def test_an_init_holds_a_docstring_that_says_something_and_nothing_else(
    module: Path,
) -> None:
    tree = tree_of(module)
    assert len(tree.body) == 1
    docstring = ast.get_docstring(tree)
    assert docstring
    assert "TODO" not in docstring


@pytest.mark.parametrize("module", list(modules(*PACKAGES)), ids=str)
def test_every_module_says_what_it_is_for(module: Path) -> None:
    assert ast.get_docstring(tree_of(module))


def floats_in(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex() as value):
                found.append(f"{node.lineno}: {value}")
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                found.append(f"{node.lineno}: /")
            case ast.Name(id=name) | ast.Attribute(attr=name) if re.fullmatch(
                r"float(16|32|64)?|half|double|true_divide|mean|average|f[248]", name
            ):
                found.append(f"{node.lineno}: {name}")
            case _:
                continue
    return found


@pytest.mark.parametrize("module", EXACT, ids=str)
def test_what_is_measured_is_computed_in_whole_numbers(module: Path) -> None:
    assert floats_in(tree_of(module)) == []


def unsure_in(tree: ast.Module) -> list[str]:
    """What a library may do in another order, with more bits or by a C library."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=ast.Pow() | ast.MatMult()):
                constants = all(map(is_constant, (node.left, node.right)))
                found += [] if constants else [f"{node.lineno}: operator"]
            case ast.Name(id=name) | ast.Attribute(attr=name) if re.fullmatch(
                r"float16|float64|float|double|r?f8|pow\w*|exp\w*|log\w*|sqrt|sum|dot|"
                r"vdot|matmul|einsum|tensordot|inner|mean|average|cumsum|prod",
                name,
            ):
                found.append(f"{node.lineno}: {name}")
            case _:
                continue
    return found


def is_constant(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
    )


@pytest.mark.parametrize("name", sorted(COLOUR))
def test_colour_is_single_roundings_of_32_bits(name: str) -> None:
    assert unsure_in(tree_of(Path("pipeline/kernels") / name)) == []


def test_the_search_for_unsure_sums_finds_them() -> None:
    samples = ("a @ b", "x ** 2.4", "np.exp(x)", "x.sum()", "np.float64(1)", "a.dot(b)")
    assert all(unsure_in(ast.parse(sample)) for sample in samples)


def test_the_search_for_floats_finds_them() -> None:
    samples = ("a / b", "x = 0.5", "np.float32(1)", "float(x)", "x /= 2", "x.mean()")
    assert all(floats_in(ast.parse(sample)) for sample in samples)


def test_no_tracked_file_names_a_folder_of_somebodys_machine() -> None:
    own = Path(__file__).name
    found = [
        (path.as_posix(), hit.group())
        for path, text in text_files()
        if path.name != own
        for hit in HOME.finditer(text)
    ]
    assert found == []


def test_no_tracked_file_names_a_package_registry() -> None:
    own = Path(__file__).name
    found = [
        (path.as_posix(), hit.group())
        for path, text in text_files()
        if path.name != own
        for hit in REGISTRIES.finditer(text)
    ]
    assert found == []
