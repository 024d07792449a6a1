"""What the peers' scripts share: a workload's network, points and reference numbers as `residua bench` writes them, and timing."""
import argparse
import json
import os
import struct
import sys
import time

import numpy

DTYPES = {"F64": numpy.float64, "F32": numpy.float32, "I64": numpy.int64}


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    body = data[8 + length :]
    return {
        name: numpy.frombuffer(body[e["data_offsets"][0] : e["data_offsets"][1]], DTYPES[e["dtype"]]).reshape(e["shape"])
        for name, e in header.items()
        if name != "__metadata__"
    }


class Workload:
    """name, kind (laplacian, fourth, biharmonic, burgers2), layers [(W, b)], interior, f, boundary, g, boundary weight."""

    def __init__(self, folder, precision):
        with open(os.path.join(folder, "workload.json")) as file:
            self.description = json.load(file)
        self.name = self.description["name"]
        self.kind = self.description["kind"]
        self.weight = self.description["weight"]
        self.navier = self.description["navier"]
        self.viscosity = self.description["viscosity"]
        self.step = self.description["step"]
        self.dtype = numpy.float32 if precision == "f32" else numpy.float64
        model = read_safetensors(os.path.join(folder, "model.safetensors"))
        data = read_safetensors(os.path.join(folder, "data.safetensors"))
        count = len([name for name in model if name.endswith(".weight")])
        self.layers = [
            (model[f"layers.{k}.weight"].astype(self.dtype), model[f"layers.{k}.bias"].astype(self.dtype)) for k in range(count)
        ]
        self.interior = data["interior"].astype(self.dtype)
        self.f = data["f"].astype(self.dtype)
        self.boundary = data["boundary"].astype(self.dtype)
        self.loss = self.description["loss"]
        self.gradient = read_safetensors(os.path.join(folder, "gradient.safetensors"))

    @property
    def dimension(self):
        return self.interior.shape[1]

    def agreement(self, loss, gradients):
        """Relative differences of the loss and of the gradient [(dW, db)] from the float64 reference."""
        difference = norm = 0.0
        for k, (weight, bias) in enumerate(gradients):
            for name, value in (("weight", weight), ("bias", bias)):
                exact = self.gradient[f"gradient.layers.{k}.{name}"]
                difference += float(((numpy.asarray(value, numpy.float64) - exact) ** 2).sum())
                norm += float((exact**2).sum())
        return abs(float(loss) / self.loss - 1), (difference / norm) ** 0.5


def median_ms(run, budget=1.5, least=5):
    run()
    run()
    times, spent = [], 0.0
    while len(times) < least or (spent < budget and len(times) < 2000):
        start = time.perf_counter()
        run()
        elapsed = time.perf_counter() - start
        times.append(elapsed)
        spent += elapsed
    times.sort()
    return times[len(times) // 2] * 1e3


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True, help="what `residua bench` wrote for the workload")
    parser.add_argument("--precision", choices=["f32", "f64"], required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--derivative", choices=["ad", "fd"], default="ad")
    return parser.parse_args()


def report(peer, form, milliseconds, agreement):
    print(json.dumps({"peer": peer, "form": form, "milliseconds": repr(milliseconds), "loss": repr(float(agreement[0])), "gradient": repr(float(agreement[1]))}), flush=True)


def failure(peer, form, error):
    text = " ".join(str(error).split())[:300]
    print(json.dumps({"peer": peer, "form": form, "error": f"{type(error).__name__}: {text}"}), flush=True)
