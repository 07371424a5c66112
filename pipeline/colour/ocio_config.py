"""A show's own OpenColorIO config, opened so that it reads nothing outside its folder.

A config may name files anywhere and take names from the environment: then two machines
would see two shows. So search paths and file names must be relative and stay inside, no
variable is used, and every file that the config names is under its digest.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import PyOpenColorIO as ocio  # noqa: N813 - the name its documentation uses

from pipeline.colour.lut import SUFFIXES, survey_lut
from pipeline.errors import LookError

MOST_BYTES: Final = 2**22
MOST_ARCHIVE: Final = 2**28
MOST_MEMBERS: Final = 1000
BUILT_IN: Final = "ocio://"

_OUTSIDE: Final = re.compile(r"^[/\\~]|^[A-Za-z]:|[$%]|(^|[/\\])\.\.([/\\]|$)")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShowConfig:
    """An opened config.

    Attributes:
        digest: SHA-256 over the digests of the config and of every file it names.
        config, context: OpenColorIO's own objects; the context knows no variable.
    """

    digest: str
    config: Any
    context: Any


def open_config(path: str) -> ShowConfig:
    """Open a `.ocio` file, an `.ocioz` archive or a config built into OpenColorIO.

    Args:
        path: of a file, or `ocio://` and the full name of a built-in config.

    Raises:
        LookError: unreadable, too large, or it reaches outside its folder.
    """
    if path.startswith(BUILT_IN):
        return _built_in(path)
    file = Path(path)
    data = _bounded(file, MOST_ARCHIVE if file.suffix == ".ocioz" else MOST_BYTES, path)
    if file.suffix == ".ocioz":
        _check_archive(data, path)
        opened = ocio_call(path, ocio.Config.CreateFromFile, str(file.resolve()))
        _check_names(opened, path)
        return _shown(opened, opened.getCurrentContext(), [data])
    text = _text(data, path)
    opened = ocio_call(path, ocio.Config.CreateFromStream, text)
    opened.setWorkingDir(str(file.resolve().parent))
    names = _check_names(opened, path)
    files = [_file_of(name, opened, file.resolve().parent, path) for name in names]
    context = ocio.Context()
    context.setWorkingDir(opened.getWorkingDir())
    for place in opened.getSearchPaths():
        context.addSearchPath(place)
    return _shown(opened, context, [data, *files])


def ocio_call(where: str, function: Any, *arguments: Any) -> Any:  # noqa: ANN401
    """Call OpenColorIO, which has no types, and turn its exceptions into ours.

    Raises:
        LookError: whatever OpenColorIO refuses.
    """
    try:
        return function(*arguments)
    except (ocio.Exception, ValueError, TypeError) as error:
        raise refused(str(error).strip()[:200] or "nothing usable", where) from error


def refused(met: str, where: str) -> LookError:
    """The error for whatever OpenColorIO cannot use."""
    return LookError(
        "colour files that OpenColorIO can use, all inside the config's own folder",
        met=met,
        advice="Correct the file; search paths and file names are relative, without "
        "variables and without `..`.",
        where=where,
    )


def _built_in(path: str) -> ShowConfig:
    name = path.removeprefix(BUILT_IN)
    known = [entry[0] for entry in ocio.BuiltinConfigRegistry().getBuiltinConfigs()]
    if name not in known:
        # `ocio://default` is another config in the next version.
        raise refused("no full name of a built-in config", path)
    config = ocio_call(path, ocio.Config.CreateFromBuiltinConfig, name)
    context = ocio.Context()
    return _shown(config, context, [config.serialize().encode()])


def _shown(config: Any, context: Any, parts: list[bytes]) -> ShowConfig:  # noqa: ANN401
    digests = "\n".join(hashlib.sha256(part).hexdigest() for part in parts)
    context.clearStringVars()
    return ShowConfig(
        digest=hashlib.sha256(digests.encode("ascii")).hexdigest(),
        config=config,
        context=context,
    )


def _check_names(config: Any, where: str) -> list[str]:  # noqa: ANN401
    """Refuse names that lead outside; the files that transforms name, sorted."""
    names = sorted(set(_file_names(config)))
    for name in [*config.getSearchPaths(), *names]:
        if _OUTSIDE.search(name):
            raise refused(f"the path {name[:80]!r}", where)
    return names


def _file_names(config: Any) -> Iterator[str]:  # noqa: ANN401
    for transform in _transforms(config):
        pending = [transform]
        while pending:
            one = pending.pop()
            if isinstance(one, ocio.GroupTransform):
                pending += list(one)
            elif isinstance(one, ocio.FileTransform):
                yield one.getSrc()


def _transforms(config: Any) -> Iterator[Any]:  # noqa: ANN401
    spaces = config.getColorSpaces(ocio.SEARCH_REFERENCE_SPACE_ALL, ocio.COLORSPACE_ALL)
    for space in spaces:
        yield space.getTransform(ocio.COLORSPACE_DIR_TO_REFERENCE)
        yield space.getTransform(ocio.COLORSPACE_DIR_FROM_REFERENCE)
    for look in config.getLooks():
        yield look.getTransform()
        yield look.getInverseTransform()
    for view in config.getViewTransforms():
        yield view.getTransform(ocio.VIEWTRANSFORM_DIR_TO_REFERENCE)
        yield view.getTransform(ocio.VIEWTRANSFORM_DIR_FROM_REFERENCE)
    for named in config.getNamedTransforms(ocio.NAMEDTRANSFORM_ALL):
        yield named.getTransform(ocio.TRANSFORM_DIR_FORWARD)
        yield named.getTransform(ocio.TRANSFORM_DIR_INVERSE)


def _file_of(name: str, config: Any, folder: Path, where: str) -> bytes:  # noqa: ANN401
    for place in [*config.getSearchPaths(), "."]:
        file = (folder / place / name).resolve()
        # A link inside the folder may still lead out of it.
        if not file.is_relative_to(folder):
            raise refused(f"a link out of the folder: {name[:80]!r}", where)
        if file.is_file():
            data = _bounded(file, MOST_ARCHIVE, where)
            if file.suffix.lower() in SUFFIXES:
                survey_lut(data, file.name)
            return data
    raise refused(f"no file {name[:80]!r}", where)


def _check_archive(data: bytes, where: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise refused("no ZIP archive", where) from error
    if len(members) > MOST_MEMBERS:
        raise refused(f"{len(members)} files in the archive", where)
    if sum(member.file_size for member in members) > MOST_ARCHIVE:
        raise refused("an archive that unpacks to more than 256 MiB", where)
    for member in members:
        if _OUTSIDE.search(member.filename):
            raise refused(f"the path {member.filename[:80]!r}", where)


def _bounded(file: Path, most: int, where: str) -> bytes:
    try:
        with file.open("rb") as handle:
            data = handle.read(most + 1)
    except OSError as error:
        raise refused(error.strerror or "no file", where) from error
    if not 0 < len(data) <= most:
        raise refused(f"a file of {len(data)} bytes or more", where)
    return data


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused("a config that is not UTF-8", where) from error
