"""The bundle: exact, refused when damaged, whole whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

import coterie as ct
from coterie.errors import (
    BundleError,
    DamagedBundleError,
    ForeignBundleError,
    MissingFileError,
    NewerBundleError,
)
from coterie.stores.bundle import bundle_bytes, load_bundle, save_bundle
from coterie.tables.synthetic import make_customers

BUNDLES = Path(__file__).parent / "bundles"


@pytest.fixture(scope="module")
def model() -> ct.Segmentation:
    customers, _truth = make_customers(300, segments=3, seed=2)
    return ct.segment(customers, k=3).segmentation


@pytest.fixture
def saved(model, tmp_path):
    return save_bundle(model, tmp_path / "m.zip")


def test_what_is_read_is_what_was_written_to_the_byte(model, saved):
    read = load_bundle(saved)
    assert bundle_bytes(read) == bundle_bytes(model) == saved.read_bytes()
    assert np.array_equal(read.clustering.centres, model.clustering.centres)


def test_a_saved_segmentation_places_customers_as_before(model, saved):
    customers, _truth = make_customers(60, segments=3, seed=9)
    read = load_bundle(saved)
    for record in customers.to_dicts():
        assert read.place(record) == model.place(record)


def test_the_bundle_is_json_and_arrays_any_reader_opens(saved):
    with zipfile.ZipFile(saved) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        assert not [n for n in names if not n.endswith((".npy", ".json", ".sha256"))]
        with archive.open("arrays/segmentation.clustering.centres.npy") as file:
            assert np.load(file, allow_pickle=False).shape[0] == 3
    assert (manifest["format"], manifest["protocol"]) == ("coterie-segmentation", 2)
    assert manifest["segmentation"]["provenance"]["data"]["fingerprint"]


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, -1])
def test_a_truncated_bundle_is_refused(saved, keep):
    content = saved.read_bytes()
    length = int(len(content) * keep) if isinstance(keep, float) else keep
    saved.write_bytes(content[:length])
    with pytest.raises(BundleError, match="bundle"):
        load_bundle(saved)


def test_any_single_edited_byte_is_refused_or_changes_nothing(model, saved):
    content = bytearray(saved.read_bytes())
    expected = bundle_bytes(model)
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(content), 150):
        edited = bytearray(content)
        edited[place] ^= 0x15
        saved.write_bytes(edited)
        try:
            read = load_bundle(saved)
        except BundleError:
            continue
        assert bundle_bytes(read) == expected


def _rewritten(path: Path, change) -> None:
    """Write the bundle again with a changed manifest and a digest that fits it."""
    import hashlib

    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()
    members["manifest.sha256"] = hashlib.sha256(members["manifest.json"]).hexdigest().encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_a_bundle_of_a_newer_version_says_update(saved):
    _rewritten(saved, lambda manifest: manifest.update(protocol=99))
    with pytest.raises(NewerBundleError, match="pip install --upgrade coterie"):
        load_bundle(saved)


def test_a_manifest_that_does_not_fit_together_is_refused(saved):
    _rewritten(saved, lambda manifest: manifest["segmentation"].pop("scaling"))
    with pytest.raises(DamagedBundleError):
        load_bundle(saved)


def test_other_files_are_refused_as_foreign(tmp_path):
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "hello")
    with pytest.raises(ForeignBundleError, match=r"manifest\.json"):
        load_bundle(other)
    text = tmp_path / "t.zip"
    text.write_text("a,b\n1,2\n")
    with pytest.raises(ForeignBundleError, match="not a Coterie bundle"):
        load_bundle(text)
    with pytest.raises(MissingFileError, match="There is no bundle"):
        load_bundle(tmp_path / "none.zip")


def test_a_pickle_inside_is_never_opened(saved):
    def change(manifest):
        manifest["sha256"] = dict.fromkeys(manifest["sha256"], "0" * 64)

    _rewritten(saved, change)
    with pytest.raises(DamagedBundleError, match="is missing or was changed"):
        load_bundle(saved)


def test_bundles_of_every_old_version_open_and_place():
    paths = sorted(BUNDLES.glob("protocol-*.zip"))
    assert paths, "there must be a bundle of each protocol"
    for path in paths:
        expected = json.loads(path.with_suffix(".json").read_text())
        placement = load_bundle(path).place(expected["record"])
        assert placement.segment_id == expected["segment_id"]
        assert placement.segment == expected["segment"]


@pytest.mark.slow
def test_killing_the_process_leaves_the_old_bundle_or_the_new_one(saved):
    code = (
        "import sys; from coterie.stores.bundle import *; m = load_bundle(sys.argv[1]);\n"
        "print('ready', flush=True)\n"
        "while True: save_bundle(m, sys.argv[1])"
    )
    for trial in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(saved)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.01 + 0.007 * trial)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert load_bundle(saved).segments
