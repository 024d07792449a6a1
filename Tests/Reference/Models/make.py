"""Writes the files that Python's own libraries make, for ModelsTests.

Needs numpy and safetensors. Every array follows x[k] = sin(k + 1) in C order, so that the tests know its values.
"""
import pathlib

import numpy as np
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent


def values(*shape, dtype=np.float64):
    count = int(np.prod(shape))
    return np.sin(np.arange(1.0, count + 1)).reshape(shape).astype(dtype)


save_file(
    {
        "features.weight": values(3, 2),
        "features.bias": values(3),
        "coefficients": values(3),
    },
    here / "model.safetensors",
    metadata={"kind": "random-features", "activation": "tanh"},
)
save_file(
    {
        "interior": values(5, 2),
        "boundary": values(4, 2, dtype=np.float32),
        "f": values(5),
        "g": values(4, dtype=np.float16),
        "steps": np.array([3, -1], dtype=np.int64),
    },
    here / "types.safetensors",
)
save_file(
    {"interior": values(5, 2), "boundary": values(4, 2, dtype=np.float32), "f": values(5), "g": values(4)},
    here / "data.safetensors",
)
np.save(here / "c8.npy", values(3, 2))
np.save(here / "c4.npy", values(3, 2, dtype=np.float32))
np.save(here / "f8.npy", np.asfortranarray(values(3, 2)))
np.save(here / "f8cube.npy", np.asfortranarray(values(2, 3, 4)))
np.save(here / "vector.npy", values(4))
np.save(here / "big-endian.npy", values(4).astype(">f8"))
np.save(here / "integers.npy", np.arange(4))
