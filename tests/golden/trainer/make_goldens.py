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


write("conv3.json", conv3_golden())
