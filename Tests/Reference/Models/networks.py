"""Networks written by PyTorch and safetensors, with their values at points: Sequential's own names, float32 and float64."""
import json
import torch
from safetensors.torch import save_file

torch.manual_seed(7)
results = {}
points = torch.tensor([[0.3, -0.7], [0.9, 0.1], [-0.5, 0.4]], dtype=torch.float64)
for name, activation, dtype, bias in [
    ("torch-tanh", torch.nn.Tanh(), torch.float64, True),
    ("torch-silu", torch.nn.SiLU(), torch.float32, True),
    ("torch-sigmoid", torch.nn.Sigmoid(), torch.float64, False),
]:
    net = torch.nn.Sequential(
        torch.nn.Linear(2, 7), activation, torch.nn.Linear(7, 5, bias=bias), activation, torch.nn.Linear(5, 2, bias=bias)
    ).to(dtype)
    state = {("layers." if name == "torch-tanh" else "") + k: v.contiguous() for k, v in net.state_dict().items()}
    metadata = {"kind": "network", "activation": name.split("-")[1]} if name != "torch-sigmoid" else {}
    save_file(state, f"{name}.safetensors", metadata=metadata)
    results[name] = net.to(torch.float64)(points).tolist()
json.dump({"points": points.tolist(), "values": results}, open("networks.json", "w"), indent=1)
