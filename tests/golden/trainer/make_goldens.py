#!/usr/bin/python3
"""Writes the numbers that foldmill-trainer is compared with. Made with PyTorch 1.13:
    /usr/bin/python3 tests/golden/trainer/make_goldens.py
"""
import json
import pathlib

import torch

from conv3 import conv3, images, wave

HERE = pathlib.Path(__file__).parent


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1) + "\n")


def conv3_golden():
    net = conv3(2, 3, 4, 5, 2)
    with torch.no_grad():
        for k, parameter in enumerate(net.parameters()):
            parameter.copy_(0.3 * wave(parameter.shape, 2.3, 0.9 * k) + 0.1)
    x = images()
    y = net(x)
    loss = torch.nn.functional.mse_loss(y, x)
    loss.backward()
    return {"loss": loss.item(), "output_every_97th": y.detach().flatten()[::97].tolist(),
            "gradients": {name: p.grad.flatten()[:40].tolist()
                          for name, p in net.named_parameters()}}


def optimizer_golden(make):
    """200 steps down a bowl whose bottom moves, in double precision."""
    weights = torch.linspace(-1, 1, 6, dtype=torch.float64).requires_grad_()
    optimizer = make([weights])
    slope = torch.arange(1, 7, dtype=torch.float64) / 3
    for step in range(200):
        optimizer.zero_grad()
        (slope * (weights - torch.sin(slope * step * 0.05)) ** 2).sum().backward()
        optimizer.step()
    return weights.tolist()


def optimizers_golden():
    optim = torch.optim
    made = {"adam": lambda decay: lambda p: optim.Adam(p, 0.01, weight_decay=decay),
            "adamw": lambda decay: lambda p: optim.AdamW(p, 0.01, weight_decay=decay),
            "radam": lambda decay: lambda p: optim.RAdam(p, 0.01, weight_decay=decay),
            "sgd": lambda decay: lambda p: optim.SGD(p, 0.01, momentum=0.9, weight_decay=decay)}
    return [{"optimizer": name, "weight_decay": decay, "weights": optimizer_golden(make(decay))}
            for name, make in made.items() for decay in (0.0, 0.1)]


write("conv3.json", conv3_golden())
write("optimizers.json", optimizers_golden())
