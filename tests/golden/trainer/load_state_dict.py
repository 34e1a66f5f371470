#!/usr/bin/python3
"""load_state_dict.py FILE F1 F2 F3 FC LATENT LOSS: opens a state_dict.pt as docs/model-files.md says
and checks the loss of its network on the test images. Exit status 0: equal to 1e-5."""
import sys

import torch

from networks import autoencoder, images

names = ("filters_1", "filters_2", "filters_3", "fc", "latent_dim")
net = autoencoder("conv3", dict(zip(names, map(int, sys.argv[2:7]))))
net.load_state_dict(torch.load(sys.argv[1]))
x = images()
loss = torch.nn.functional.mse_loss(net["decoder"](net["encoder"](x)), x).item()
expected = float(sys.argv[7])
print(f"loss {loss}, expected {expected}")
sys.exit(abs(loss - expected) > 1e-5 * abs(expected))
