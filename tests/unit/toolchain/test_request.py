"""Where outputs go: unique, and independent of where the project lies."""

from __future__ import annotations

from pathlib import Path

from hyp.toolchain import share
from hyp.toolchain.request import PartitionRequest, Request, partition_request


def place(root: str, folder: str, *, fpu: bool = True) -> str:
    return partition_request(Path(root), Path(folder), fpu=fpu).elf


def test_a_partition_of_the_project() -> None:
    assert place("/p", "/p/partitions/sensor") == "build/partitions/sensor/fpu/sensor.elf"
    assert place("/p", "/p/partitions/sensor", fpu=False) == "build/partitions/sensor/nofpu/sensor.elf"


def test_places_do_not_depend_on_where_the_project_lies() -> None:
    for folder in ("partitions/a", "deep/down/a", "../a", "../../x/a"):
        assert place("/one/p", f"/one/p/{folder}") == place("/two/longer/p", f"/two/longer/p/{folder}")
    assert place("/one/p", "/one/p") == place("/two/p", "/two/p")


def test_equal_names_in_different_folders_do_not_meet() -> None:
    folders = ["/p/partitions/a", "/p/x/a", "/p/y/a", "/p/x-y/a", "/p/x/y/a", "/q/a", "/p/a", str(share.partitions() / "a")]
    assert len({place("/p", folder) for folder in folders}) == len(folders)


def test_a_request_survives_the_process_border() -> None:
    request = Request("/k", "/l", (PartitionRequest("/p/ö", fpu=True, label="p", elf="build/p.elf"),))
    assert Request.from_json(request.to_json()) == request
