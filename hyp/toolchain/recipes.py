"""The build as SCons sees it: generated headers, kernel, partition library, partitions. Runs inside SCons only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from SCons.Script import DefaultEnvironment, SConscript, SConsignFile
from SCons.Script.SConscript import SConsEnvironment

from hyp.abi import emit
from hyp.toolchain import flags, share
from hyp.toolchain.request import BUILD, FIRMWARE, PartitionRequest, Request

Environment = Any
Node = Any
"""SCons carries no types."""


def build(request: Request) -> None:
    """Declares all targets of `request`; paths are relative to SCons' top folder, the project root."""
    env = environment()
    SConsignFile(f"{env.Dir('#').abspath}/{BUILD}/.sconsign")
    _generated(env, f"{BUILD}/include/hyp_abi.h", emit.partition_header())
    _generated(env, f"{BUILD}/include/hyp_loader.h", emit.loader_header())
    if request.kernel:
        kernel(env, Path(request.kernel))
    for name in request.firmware:
        firmware(env, share.firmware_sources(), name)
    libraries: dict[bool, list[Node]] = {}
    for wanted in request.partitions:
        if wanted.fpu not in libraries:
            libraries[wanted.fpu] = library(env, Path(request.library), wanted.fpu)
        partition(env, wanted, Path(request.library), libraries[wanted.fpu])


def environment() -> Environment:
    """gcc and GNU ld, whatever the caller's shell says about flags; content decides what is stale."""
    DefaultEnvironment(tools=[])
    env = SConsEnvironment(tools=["gcc", "as", "ar", "gnulink"], ARFLAGS="rcsD", RANLIBCOM="", ASPPFLAGS=["-c", *flags.ASSEMBLER])
    env["ENV"].update(PATH=os.environ["PATH"], LC_ALL="C.UTF-8")
    env["CCCOM"] = env["CCCOM"].replace("-c ", "-MMD -MF ${TARGET}.d -c ")
    env["ASPPCOM"] = "$CC $ASPPFLAGS $_CPPDEFFLAGS $_CPPINCFLAGS -MMD -MF ${TARGET}.d -o $TARGET $SOURCES"
    return env


def kernel(env: Environment, sources: Path) -> Node:
    """build/kernel/kernel.elf."""
    place = f"{BUILD}/kernel"
    maps = flags.prefix_maps({env.Dir("#").abspath: ".", str(sources): "hyp/kernel"})
    env = env.Clone(
        CFLAGS=[*flags.KERNEL, *flags.KERNEL_GCC_ONLY, *flags.KERNEL_WHOLE, *maps],
        ASPPFLAGS=["-c", *flags.ASSEMBLER, *maps],
        CPPPATH=[str(sources / "include"), f"#{place}/include", f"#{BUILD}/include"],
    )
    header = _generated(env, f"{place}/include/hyp_kernel.h", emit.kernel_header())
    dispatch = _generated(env, f"{place}/dispatch.S", emit.dispatch_source())
    preprocess = "$CC -E -P -undef -D__ASSEMBLER__ -x c $_CPPINCFLAGS -o $TARGET $SOURCE"
    script = env.Command(f"{place}/kernel.ld", str(sources / "kernel.ld"), preprocess)
    env.Depends(script, header)
    objects = [*_objects(env, sources, "**/*", f"{place}/objects"), *env.Object(f"{place}/objects/dispatch.S.o", dispatch)]
    command = ["$CC", "$CFLAGS", *flags.KERNEL_LINK, "-T", script[0], "-o", "$TARGET", "$SOURCES"]
    elf = env.Command(f"{place}/kernel.elf", objects, [command])
    env.Depends(elf, script)
    return elf


def firmware(env: Environment, sources: Path, name: str) -> Node:
    """build/firmware/NAME.elf: the folder's own files and those of `start`; headers of the kernel that stand alone serve both."""
    place = f"{BUILD}/firmware/{name}"
    kernel_headers = share.kernel_sources() / "include"
    maps = flags.prefix_maps({env.Dir("#").abspath: ".", str(sources): "hyp/firmware", str(kernel_headers): "hyp/kernel/include"})
    env = env.Clone(
        CFLAGS=[*flags.FIRMWARE, *flags.GCC_ONLY, *maps],
        ASPPFLAGS=["-c", *flags.ASSEMBLER, *maps],
        CPPPATH=[str(sources / name), str(sources / "start" / "include"), str(kernel_headers), f"#{BUILD}/include"],
    )
    objects = [node for part in ("start", name) for node in _objects(env, sources / part, "**/*", f"{place}/objects/{part}")]
    script = str(sources / "start" / "firmware.ld")
    command = ["ld", *flags.LINK, f"--defsym=FIRMWARE_LOAD={FIRMWARE[name]:#x}", "-T", script, "-o", "$TARGET", "$SOURCES"]
    elf = env.Command(f"{place}.elf", objects, [command])
    env.Depends(elf, script)
    return elf


def library(env: Environment, sources: Path, fpu: bool) -> list[Node]:
    """The start file and the archive of the partition library, with or without FPU."""
    place = f"{BUILD}/library/{_variant(fpu)}"
    env = _partition_environment(env, sources, fpu)
    env.Append(CFLAGS=[*flags.LIBRARY, *flags.GCC_ONLY])
    objects = _objects(env, sources, "**/*", f"{place}/objects")
    start = [node for node in objects if node.name == "start.S.o"]
    archive = env.Command(f"{place}/libhyp.a", [node for node in objects if node not in start], "$AR $ARFLAGS $TARGET $SOURCES")
    return [*start, *archive]


def partition(env: Environment, wanted: PartitionRequest, library_sources: Path, linked: list[Node]) -> Node:
    """The ELF of a partition folder: all its C and assembler files, or the objects that its SConscript returns.

    An SConscript may `Import("env")`, change it (flags, include folders, LIBS) and return nothing: then the rule stays.
    """
    folder, objects_place = Path(wanted.folder), f"{wanted.elf.removesuffix('.elf')}.objects"
    env = _partition_environment(env, library_sources, wanted.fpu)
    maps = flags.prefix_maps({str(folder): wanted.label})
    env.Append(CFLAGS=[*flags.PARTITION, *maps], ASPPFLAGS=maps, CPPPATH=[str(folder)])
    own = None
    if (folder / "SConscript").is_file():
        own = SConscript(str(folder / "SConscript"), exports={"env": env}, variant_dir=objects_place, duplicate=False)
    objects = env.Flatten(own) if own else _objects(env, folder, "*", objects_place)
    script = str(library_sources / "partition.ld")
    command = ["$CC", *flags.LINK_BY_GCC, "-T", script, "-o", "$TARGET", "$SOURCES", "$LINKFLAGS", "$_LIBFLAGS", "-lgcc"]
    elf = env.Command(wanted.elf, [linked[0], *objects, linked[1]], [command])
    env.Depends(elf, script)
    return elf


def _partition_environment(env: Environment, library_sources: Path, fpu: bool) -> Environment:
    maps = flags.prefix_maps({env.Dir("#").abspath: ".", str(library_sources): "partitions/lib"})
    return env.Clone(
        CFLAGS=[*maps, *(() if fpu else (flags.GENERAL_REGISTERS,))],
        ASPPFLAGS=["-c", *flags.ASSEMBLER, *maps],
        CPPPATH=[str(library_sources / "include"), f"#{BUILD}/include"],
    )


def _objects(env: Environment, folder: Path, pattern: str, place: str) -> list[Node]:
    """One object per source in `folder`, by path; the order, which the linker keeps, is the same everywhere."""
    found = sorted(path.relative_to(folder) for path in folder.glob(pattern) if path.suffix in (".c", ".S"))
    return [env.Object(f"{place}/{path.as_posix()}.o", str(folder / path))[0] for path in found]


def _generated(env: Environment, path: str, text: str) -> Node:
    """A file with `text`; its signature is the text, so nothing is compiled again while the text stays."""
    return env.Command(path, env.Value(text), _write)


def _write(target: list[Node], source: list[Node], env: Environment) -> None:
    Path(str(target[0])).write_text(source[0].get_text_contents())


def _variant(fpu: bool) -> str:
    return "fpu" if fpu else "nofpu"
