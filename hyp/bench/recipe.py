"""The counting plugin as SCons sees it. Runs inside SCons only."""

from __future__ import annotations

from pathlib import Path

from SCons.Script import SConsignFile

from hyp.toolchain import flags, recipes

_FLAGS = ("-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O2", "-g", "-fPIC", "-fvisibility=hidden")
_STRICT = ("-Wall", "-Wextra", "-Werror", "-Wconversion")


def plugin(sources: str, output: str) -> None:
    """A shared object for the host; `output` is relative to SCons' top folder."""
    env = recipes.environment()
    top = env.Dir("#").abspath
    SConsignFile(f"{top}/{Path(output).parent.as_posix()}/.sconsign")
    maps = flags.prefix_maps({top: ".", sources: "hyp/bench/counter"})
    env = env.Clone(CFLAGS=[*_FLAGS, *_STRICT, *maps], CPPPATH=[sources])
    place = output.removesuffix(".so") + ".objects"
    objects = [env.Object(f"{place}/{path.name}.o", str(path)) for path in sorted(Path(sources).glob("*.c"))]
    env.Command(output, objects, "$CC -shared -Wl,--build-id=none -o $TARGET $SOURCES")
