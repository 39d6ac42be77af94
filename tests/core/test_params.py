"""Params: one flat vector with a view for each layer; saved and loaded without loss, and never by pickle."""

import copy
import io
import os
import pickle
import stat
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mlpkit
from mlpkit import Params, load_params, save_params
from mlpkit.core.params import as_params
from tests.nets import make, seeds, sizes


@pytest.fixture
def params():
    return make([4, 3, 2], 0, dtype=np.float32)[0]


# One vector, many views


@given(sizes=sizes, seed=seeds)
def test_layers_are_views_into_the_flat_vector(sizes, seed):
    params = make(sizes, seed)[0]
    assert len(params) == len(sizes) - 1
    assert params.flat.size == sum(w.size + b.size for w, b in params)
    for i, (weights, bias) in enumerate(params):
        assert weights.base is params.flat or weights.base is params.flat.base
        assert (weights.shape, bias.shape) == ((sizes[i], sizes[i + 1]), (sizes[i + 1],))
        weights[0, 0] = bias[-1] = 10.0 + i
    in_order = [part.ravel() for layer in params for part in layer]
    np.testing.assert_array_equal(params.flat, np.concatenate(in_order))


def test_it_is_a_sequence_of_layers(params):
    assert params[-1] is params[1]
    assert [layer.weights.shape for layer in params[1:]] == [(3, 2)]
    with pytest.raises(IndexError):
        params[2]
    assert list(params) == [params[0], params[1]]
    assert str(params) == "4-3-2"
    assert repr(params) == "Params(4-3-2, 23 numbers, float32)"


def test_giving_flat_new_numbers_changes_the_layers(params):
    params.flat = np.arange(23)
    np.testing.assert_array_equal(params[0].weights.ravel(), np.arange(12))
    params.flat -= 1
    assert params[0].weights[0, 0] == -1
    with pytest.raises(ValueError):
        params.flat = np.zeros(5)


def test_params_are_copied_from_a_list_and_not_from_params(params):
    layers = [(w.copy(), b.copy()) for w, b in params]
    made = Params(layers)
    made.flat[:] = 0
    assert layers[0][0].any()
    assert as_params(params) is params


def test_lists_of_lists_will_do():
    params = Params([([[1, 2], [3, 4]], [5, 6]), ([[1.0], [2.0]], [0])])
    assert (params.dtype, params.sizes) == (np.float64, (2, 2, 1))
    np.testing.assert_array_equal(params.flat, [1, 2, 3, 4, 5, 6, 1, 2, 0])


def test_like(params):
    flat = np.arange(23, dtype=np.float32)
    other = params.like(flat)
    assert other.flat is flat
    other[0].weights[0, 0] = 7
    assert flat[0] == 7
    with pytest.raises(ValueError, match=r"shape \(5,\).*4-3-2 network has 23 parameters.*shape \(23,\)"):
        params.like(np.zeros(5))
    with pytest.raises(TypeError, match=r"flat holds int64.*float32 or float64"):
        params.like(np.arange(23))


def test_like_keeps_layers_and_vector_together_even_when_numbers_lie_apart(params):
    other = params.like(np.zeros(46, np.float32)[::2])
    other[1].bias[...] = 1
    assert other.flat[-2:].tolist() == [1, 1]


def test_float16_is_too_coarse_to_train_in(params):
    """The 1e-8 that Adam adds is 0 there, and the first gradient of 0 makes NaN."""
    with pytest.raises(TypeError, match="float16: parameters are float32 or float64"):
        params.astype(np.float16)
    half = [(weights.astype(np.float16), bias.astype(np.float16)) for weights, bias in params]
    assert Params(half).dtype == np.float32


def test_copy_and_astype(params):
    for other in (params.copy(), params.astype(np.float64), params.astype(np.float32)):
        np.testing.assert_array_equal(other.flat, params.flat)
        assert not np.shares_memory(other.flat, params.flat)
    assert params.astype(np.float64)[0].weights.dtype == np.float64


@pytest.mark.parametrize("again", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_copies_and_pickles_keep_vector_and_layers_together(params, again):
    other = again(params)
    np.testing.assert_array_equal(other.flat, params.flat)
    other[0].weights[0, 0] = 99
    assert other.flat[0] == 99
    assert params.flat[0] != 99


@pytest.mark.parametrize(
    "layers, error, words",
    [
        ([], ValueError, "layers is empty: expected at least one"),
        (5, TypeError, "layers is int"),
        ([1], TypeError, "layer 0 is int: expected a pair"),
        ([(np.ones((2, 2)),)], TypeError, "expected a pair"),
        ([(np.ones(2), np.ones(2))], ValueError, r"weights of layer 0 have shape \(2,\)"),
        ([(np.ones((0, 2)), np.ones(2))], ValueError, r"shape \(0, 2\)"),
        ([(np.ones((2, 3)), np.ones(2))], ValueError, r"bias of layer 0 has shape \(2,\).*\(3,\)"),
        ([(np.ones((2, 3)), np.ones((3, 1)))], ValueError, r"bias of layer 0 has shape \(3, 1\)"),
        (
            [(np.ones((2, 3)), np.ones(3)), (np.ones((4, 2)), np.ones(2))],
            ValueError,
            "layer 0 gives 3 numbers, but layer 1 takes 4",
        ),
        ([(np.array([["a"]]), np.ones(1))], TypeError, "weights of layer 0: <U1"),
        ([(np.ones((1, 1)) * 1j, np.ones(1))], TypeError, "complex"),
        ([([[1, 2], [3]], [1, 2])], ValueError, "rows of different lengths"),
    ],
)
def test_what_is_no_network_is_refused(layers, error, words):
    with pytest.raises(error, match=words):
        Params(layers)


# Saving and loading


@given(sizes=sizes, seed=seeds, dtype=st.sampled_from([np.float32, np.float64]))
def test_round_trip(tmp_path_factory, sizes, seed, dtype):
    params = make(sizes, seed, dtype=dtype)[0]
    path = tmp_path_factory.mktemp("saved") / "net.npz"
    save_params(path, params)
    loaded = load_params(path)
    assert (loaded.sizes, loaded.dtype) == (params.sizes, dtype)
    np.testing.assert_array_equal(loaded.flat, params.flat)


def test_the_ending_is_added_and_lists_and_text_paths_will_do(tmp_path, params):
    save_params(str(tmp_path / "net"), list(params))
    assert os.listdir(tmp_path) == ["net.npz"]
    np.testing.assert_array_equal(load_params(tmp_path / "net").flat, params.flat)


def test_the_file_is_plain_arrays_with_the_usual_permissions(tmp_path, params):
    save_params(tmp_path / "net.npz", params)
    with np.load(tmp_path / "net.npz", allow_pickle=False) as file:
        assert sorted(file.files) == ["bias_0", "bias_1", "weights_0", "weights_1"]
    (tmp_path / "plain").touch()
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("net.npz", "plain")]
    assert modes[0] == modes[1]


def test_saving_again_replaces(tmp_path, params):
    save_params(tmp_path / "net.npz", params)
    params.flat[:] = 1
    save_params(tmp_path / "net.npz", params)
    assert (load_params(tmp_path / "net.npz").flat == 1).all()
    assert os.listdir(tmp_path) == ["net.npz"]


@pytest.mark.parametrize("path", ["", "."])
def test_a_path_without_a_name_is_refused(params, path):
    for use in (load_params, lambda path: save_params(path, params)):
        with pytest.raises(ValueError, match="expected the name of a file"):
            use(path)


def test_a_failed_save_leaves_the_older_file_whole(tmp_path, params, monkeypatch):
    save_params(tmp_path / "net.npz", params)

    def full_disk(file, **arrays):
        file.write(b"half a network")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match=r"cannot save the network.*No space left.*that has room"):
        save_params(tmp_path / "net.npz", make([2, 2], 1)[0])
    assert os.listdir(tmp_path) == ["net.npz"]
    np.testing.assert_array_equal(load_params(tmp_path / "net.npz").flat, params.flat)


def test_an_interrupted_save_leaves_nothing_behind(tmp_path, params, monkeypatch):
    def stop(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", stop)
    with pytest.raises(KeyboardInterrupt):
        save_params(tmp_path / "net.npz", params)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there(tmp_path, params):
    with pytest.raises(FileNotFoundError, match=r"cannot save the network.*choose a folder that exists"):
        save_params(tmp_path / "nowhere" / "net.npz", params)


def test_a_read_only_folder(tmp_path, params, monkeypatch):
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):  # the superuser may write anywhere: let the system call refuse instead

        def refuse(path, *args, **kwargs):
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr("mlpkit._files.open", refuse, raising=False)
    with pytest.raises(PermissionError, match=r"cannot save the network.*Permission denied.*may write to"):
        save_params(tmp_path / "net.npz", params)
    tmp_path.chmod(0o700)
    assert os.listdir(tmp_path) == []


def test_numbers_that_are_not_finite_are_not_saved(tmp_path, params):
    params.flat[3] = np.nan
    with pytest.raises(ValueError, match=r"not finite.*earlier step"):
        save_params(tmp_path / "net.npz", params)
    assert os.listdir(tmp_path) == []


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file.*check the name"):
        load_params(tmp_path / "net.npz")
    with pytest.raises(FileNotFoundError):
        load_params(tmp_path)


class Bomb:
    """Would leave a mark if anything unpickled it."""

    def __reduce__(self):
        return os.mkdir, ("bomb-went-off",)


def stored(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def plain_array():
    file = io.BytesIO()
    np.save(file, np.ones(3))
    return file.getvalue()


def zip_of_text():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("weights_0", "not an array")
    return file.getvalue()


W, B = np.ones((2, 3)), np.ones(3)
DAMAGED = {
    "0 bytes": b"",
    "text": b"weights: 1, 2, 3",
    "a pickle": pickle.dumps(Bomb()),
    "a pickle inside": stored(weights_0=np.array([Bomb()], dtype=object), bias_0=B),
    "an .npy": plain_array(),
    "a zip of something else": zip_of_text(),
    "other names": stored(W=W, b=B),
    "a bias missing": stored(weights_0=W),
    "a layer missing": stored(weights_0=W, bias_0=B, weights_2=np.ones((3, 2)), bias_2=np.ones(2)),
    "one array too many": stored(weights_0=W, bias_0=B, extra=B),
    "a bias of another length": stored(weights_0=W, bias_0=np.ones(2)),
    "layers that do not fit": stored(weights_0=W, bias_0=B, weights_1=W, bias_1=B),
    "flat weights": stored(weights_0=np.ones(6), bias_0=B),
    "words": stored(weights_0=np.array([["a"] * 3] * 2), bias_0=B),
    "NaN": stored(weights_0=W * np.nan, bias_0=B),
    "nothing": stored(),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_files(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"is not a network saved by save_params.*Save it again"):
        load_params("net.npz")
    assert os.listdir(tmp_path) == ["net.npz"]


def test_truncated_or_altered_anywhere(tmp_path):
    """Every cut is refused; so is a changed byte, unless zip has no use for it and nothing changes."""
    params, path = make([3, 2], 0)[0], tmp_path / "net.npz"
    save_params(path, params)
    content = path.read_bytes()
    for cut in range(0, len(content), 7):
        path.write_bytes(content[:cut])
        with pytest.raises(ValueError, match="is not a network"):
            load_params(path)
    for place in range(0, len(content), 3):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        try:
            np.testing.assert_array_equal(load_params(path).flat, params.flat)
        except ValueError as error:
            assert "is not a network" in str(error)  # noqa: PT017 - either is right


def test_a_wrong_length_that_hides_the_last_layers(tmp_path):
    """The length of a comment, in the entry of weights_1 in the table at the end of the file."""
    path = tmp_path / "net.npz"
    save_params(path, make([4, 3, 2], 0)[0])
    content = bytearray(path.read_bytes())
    entry = content.rfind(b"PK\x01\x02", 0, content.rfind(b"weights_1"))
    content[entry + 33] = 1  # 256 bytes that are not there
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"is not a network.*says that it holds 4 arrays, not 3"):
        load_params(path)


def test_offered_by_the_package():
    assert mlpkit.Params is Params
    assert mlpkit.Layer._fields == ("weights", "bias")
