"""The C library: its types and functions as cram_ring.h declares them."""
import ctypes
import pathlib
from ctypes import POINTER, c_char, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p

OK, END, AGAIN = 0, 1, 2
NO_TOKEN = 2**32 - 1


class Options(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("memory", c_char_p),
        ("files", c_char_p),
        ("has_start", c_int32),
        ("start", c_uint64),
        ("patience", c_int64),
    ]


class CHeader(ctypes.Structure):
    _fields_ = [
        ("token_bytes", c_uint32),
        ("sequence_length", c_uint32),
        ("batch_sequences", c_uint32),
        ("rank", c_uint32),
        ("world_size", c_uint32),
        ("vocabulary_size", c_uint32),
        ("specials", c_uint32 * 5),
        ("order_version", c_uint32),
        ("sequences_per_epoch", c_uint64),
        ("epochs", c_uint64),
        ("seed", c_uint64),
        ("fingerprint", c_uint8 * 32),
        ("slot_count", c_uint32),
        ("slot_bytes", c_uint64),
        ("created", c_uint64),
    ]


class CBatch(ctypes.Structure):
    _fields_ = [
        ("number", c_uint64),
        ("first_position", c_uint64),
        ("next_position", c_uint64),
        ("count", c_uint32),
        ("tokens", c_void_p),
        ("bytes", c_size_t),
    ]


class Problem(ctypes.Structure):
    _fields_ = [
        ("status", c_int32),
        ("number", c_int32),
        ("batch", c_uint64),
        ("waited", c_int64),
        ("action", c_char * 16),
        ("found", c_char * 1024),
        ("path", c_char * 4096),
    ]


SIGNATURES = {
    "create": (c_void_p, [POINTER(Options)]),
    "attach": (c_int, [c_void_p, c_int64]),
    "next": (c_int, [c_void_p, POINTER(CBatch), c_int64]),
    "release": (c_int, [c_void_p, c_uint64]),
    "get_header": (POINTER(CHeader), [c_void_p]),
    "get_problem": (POINTER(Problem), [c_void_p]),
    "message": (c_char_p, [c_void_p]),
    "waited": (c_uint64, [c_void_p]),
    "taken": (c_uint64, [c_void_p]),
    "producer_is_alive": (c_int, [c_void_p]),
    "detach": (None, [c_void_p]),
    "free": (None, [c_void_p]),
}


def load():
    """Opens the library: beside this file, else where the sources are built."""
    here = pathlib.Path(__file__).resolve().parent
    places = [here / "libcram_ring.so", here.parents[1] / ".build/release/libcram_ring.so"]
    for place in places:
        if place.exists():
            return bind(ctypes.CDLL(str(place)))
    raise ImportError(f"libcram_ring.so: not found in {' nor '.join(map(str, places))}; run scripts/build, or scripts/install --prefix DIR")


def bind(library):
    """The library's functions, without their prefix, with their types."""
    for name, (result, arguments) in SIGNATURES.items():
        function = getattr(library, "cram_ring_" + name)
        function.restype, function.argtypes = result, arguments
        setattr(library, name, function)
    return library
