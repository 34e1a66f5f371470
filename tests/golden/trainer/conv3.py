"""The conv3 autoencoder as plain PyTorch, and the deterministic numbers that tests fill it with."""
from collections import OrderedDict

import torch
from torch import nn


def conv3(f1, f2, f3, fc, latent):
    return nn.Sequential(OrderedDict(
        encoder=nn.Sequential(
            nn.Conv2d(1, f1, 3, 2, 1), nn.ReLU(), nn.Conv2d(f1, f2, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(f2, f3, 3, 2), nn.ReLU(), nn.Flatten(),
            nn.Linear(9 * f3, fc), nn.ReLU(), nn.Linear(fc, latent)),
        decoder=nn.Sequential(
            nn.Linear(latent, fc), nn.ReLU(), nn.Linear(fc, 9 * f3), nn.ReLU(),
            nn.Unflatten(1, (f3, 3, 3)), nn.ConvTranspose2d(f3, f2, 3, 2), nn.ReLU(),
            nn.ConvTranspose2d(f2, f1, 3, 2, 1, 1), nn.ReLU(),
            nn.ConvTranspose2d(f1, 1, 3, 2, 1, 1))))


def wave(shape, step, phase):
    """sin(step * i + phase) over the elements of a tensor, in double precision, as float."""
    count = int(torch.tensor(shape).prod())
    return torch.sin(torch.arange(count, dtype=torch.float64) * step + phase).float().view(shape)


def images():
    return wave((4, 1, 28, 28), 0.013, 0.0)
