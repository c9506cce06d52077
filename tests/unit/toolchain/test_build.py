"""Compiling for real: what is built, when it is built again, and what a mistake says."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hyp.exits import ExitCode, Stop
from hyp.toolchain.prepare import build
from hyp.toolchain.request import kernel_elf, partition_request

GOOD = '#include <hyp.h>\n#include "level.h"\nvoid partition_main(void) { hyp_printf("level %d\\n", LEVEL); }\n'


class Project:
    """A project outside of the repository, with one partition."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "app"
        self.said: list[str] = []
        (root / "SConstruct").write_text("")
        self.write("main.c", GOOD)
        self.write("../level.h", "#define LEVEL 1\n")
        self.write("SConscript", "Import('env')\nenv.Append(CPPPATH=['#'])\n")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def build(self, *, fpu: bool = True) -> Path:
        self.said.clear()
        request = partition_request(self.root, self.folder, fpu=fpu)
        build(self.root, [request], self.said.append)
        return self.root / request.elf


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("a project"))


def test_the_first_build_makes_kernel_and_partition(project: Project) -> None:
    elf = project.build()
    assert elf.read_bytes()[:4] == kernel_elf(project.root).read_bytes()[:4] == b"\x7fELF"
    assert project.said == ["compiling the kernel, app"]


def test_nothing_is_started_when_nothing_changed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.build()
    monkeypatch.setattr("subprocess.Popen", None)
    project.build()
    assert project.said == []


def test_a_changed_source_is_compiled_and_the_kernel_is_not(project: Project) -> None:
    before = project.build().read_bytes()
    project.write("main.c", GOOD.replace("level", "height").replace("height.h", "level.h"))
    assert project.build().read_bytes() != before
    assert project.said == ["compiling app"]


def test_a_header_outside_of_the_folder_counts(project: Project) -> None:
    before = project.build().read_bytes()
    project.write("../level.h", "#define LEVEL 2000\n")
    assert project.build().read_bytes() != before


def test_a_new_file_is_linked(project: Project) -> None:
    project.write("more.c", "int more_of_it(void);\nint more_of_it(void) { return 4; }\n")
    assert b"more_of_it" in project.build().read_bytes()


def test_a_lost_elf_is_made_again(project: Project) -> None:
    elf = project.build()
    before = elf.read_bytes()
    elf.unlink()
    assert project.build().read_bytes() == before


def test_without_fpu_is_another_file(project: Project) -> None:
    assert project.build(fpu=False) != project.build(fpu=True)


def test_a_warning_is_shown_and_does_no_harm(project: Project) -> None:
    project.write("main.c", GOOD + "static void unused(void) {}\n")
    project.build()
    assert "main.c:4:13: warning: " in project.said[1]
    project.write("main.c", GOOD)
    project.build()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("void partition_main(void) { return 1 }", "main.c:1:37: error: expected"),
        ("int other(void);\nvoid partition_main(void) { other(); }", "undefined reference to `other'"),
        ("int nothing_to_start_with;", "undefined reference to `partition_main'"),
    ],
)
def test_a_mistake_is_shown_in_the_compilers_words_every_time(project: Project, text: str, says: str) -> None:
    project.write("main.c", text)
    try:
        for _ in range(2):
            with pytest.raises(Stop) as stop:
                project.build()
            assert stop.value.code == ExitCode.WRONG_INPUT
            assert says in stop.value.message
            assert "Traceback" not in stop.value.message
            assert "scons" not in stop.value.message
    finally:
        project.write("main.c", GOOD)


def test_it_is_right_again_after_a_mistake(project: Project) -> None:
    project.write("main.c", "broken")
    with pytest.raises(Stop):
        project.build()
    project.write("main.c", GOOD)
    assert project.build().read_bytes()[:4] == b"\x7fELF"


def test_a_missing_compiler_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Stop) as stop:
        project.build()
    assert stop.value.code == ExitCode.ENVIRONMENT
    assert "apt-get install" in stop.value.message


def test_a_folder_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    blocked = tmp_path / "build"
    blocked.write_text("a file where the folder should be")
    app = tmp_path / "app"
    app.mkdir()
    with pytest.raises(OSError, match="exists") as error:
        build(tmp_path, [partition_request(tmp_path, app, fpu=True)])
    assert error.value.filename == os.fspath(blocked)


@pytest.mark.slow
def test_an_sconscript_may_choose_the_objects(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("inner/part.c", "const char *part(void) { return PART; }\n")
    project.write("main.c", "#include <hyp.h>\nconst char *part(void);\nvoid partition_main(void) { hyp_printf(part()); }\n")
    project.write("unused.c", "#error not to be compiled\n")
    lines = [
        "Import('env')",
        "env.Append(CPPDEFINES={'PART': r'\\\"of its own\\\"'})",
        "own = env.Object('main.c') + env.Object('inner/part.c')",
    ]
    project.write("SConscript", "\n".join([*lines, "Return('own')\n"]))
    assert b"of its own" in project.build().read_bytes()
    project.write("inner/part.c", 'const char *part(void) { return "another"; }\n')
    assert b"another" in project.build().read_bytes()
    assert not list(project.folder.rglob("*.o")), "outputs stay in build/"


def test_a_broken_sconscript_is_a_wrong_input(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("SConscript", "Import('nothing')\n")
    with pytest.raises(Stop) as stop:
        project.build()
    assert stop.value.code == ExitCode.WRONG_INPUT
    assert "nothing" in stop.value.message
    assert "SConscript" in stop.value.message


@pytest.mark.slow
def test_two_builds_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    project = Project(tmp_path)
    request = partition_request(project.root, project.folder, fpu=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: build(project.root, [request]), range(2)))
    assert (project.root / request.elf).read_bytes()[:4] == b"\x7fELF"
    project.build()
    assert project.said == []
