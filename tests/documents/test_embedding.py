import numpy as np
from bson import BSON, Binary
from bson.binary import BinaryVectorDtype

from documents.embedding import decode_vectors, encode_vector


def test_vectors_round_trip_to_the_bit() -> None:
    vectors = np.random.default_rng(7).normal(size=(5, 384)).astype(np.float32)
    decoded = decode_vectors([encode_vector(vector) for vector in vectors], 384)
    assert decoded.dtype == np.float32
    assert decoded.tobytes() == vectors.tobytes()


def test_a_stored_vector_is_a_bson_vector_that_any_driver_reads() -> None:
    stored = BSON.encode({"v": encode_vector(np.array([1.5, -2.0], dtype=np.float32))}).decode()
    assert isinstance(stored["v"], Binary)
    vector = stored["v"].as_vector()
    assert vector.dtype == BinaryVectorDtype.FLOAT32
    assert vector.data == [1.5, -2.0]


def test_no_vectors_decode_to_an_empty_array() -> None:
    assert decode_vectors([], 384).shape == (0, 384)
