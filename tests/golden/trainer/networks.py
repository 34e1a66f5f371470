"""The networks of foldmill as plain PyTorch, and the deterministic numbers that tests fill them with."""
from collections import OrderedDict

import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU, "gelu": nn.GELU,
               "silu": nn.SiLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def convolutions(variant, p):
    """(in, out, kernel, stride, padding) of each convolution; (output padding) of its mirror."""
    if variant == "scaled":
        n = p["n_channels"]
        return [(1, n, 4, 2, 1), (n, 2 * n, 3, 2, 1), (2 * n, 4 * n, 3, 2, 0)], [0, 1, 0]
    f = [p[f"filters_{i}"] for i in (1, 2, 3)]
    down = [(1, f[0], 3, 2, 1), (f[0], f[1], 3, 2, 1), (f[1], f[2], 3, 2, 0)]
    if variant == "conv3":
        return down, [1, 1, 0]
    return down + [(f[2], p["filters_4"], 3, 1, 1)], [1, 1, 0, 0]


def trunk(variant, p):
    """From 28x28 images to `fc` numbers."""
    act = ACTIVATIONS[p.get("activation", "relu")]
    down, _ = convolutions(variant, p)
    layers = []
    for i, o, k, s, pad in down:
        layers += [nn.Conv2d(i, o, k, s, pad), act()]
    return layers + [nn.Flatten(), nn.Linear(9 * down[-1][1], p["fc"]), act()]


def encoder(variant, p):
    return nn.Sequential(*trunk(variant, p), nn.Linear(p["fc"], p["latent_dim"]))


def decoder(variant, p):
    act = ACTIVATIONS[p.get("activation", "relu")]
    down, output_padding = convolutions(variant, p)
    maps = down[-1][1]
    layers = [nn.Linear(p["latent_dim"], p["fc"]), act(), nn.Linear(p["fc"], 9 * maps), act(),
              nn.Unflatten(1, (maps, 3, 3))]
    for n, ((i, o, k, s, pad), more) in enumerate(zip(reversed(down), reversed(output_padding))):
        layers += [nn.ConvTranspose2d(o, i, k, s, pad, more)]
        layers += [act()] if n + 1 < len(down) else []
    last = p.get("output_activation", "sigmoid" if variant == "scaled" else "none")
    return nn.Sequential(*layers, *([] if last == "none" else [ACTIVATIONS[last]()]))


def autoencoder(variant, p):
    return nn.ModuleDict(OrderedDict(encoder=encoder(variant, p), decoder=decoder(variant, p)))


def vae(variant, p):
    code = lambda: nn.Sequential(nn.Linear(p["fc"], p["latent_dim"]))
    return nn.ModuleDict(OrderedDict(encoder=nn.Sequential(*trunk(variant, p)), mu=code(),
                                     log_var=code(), decoder=decoder(variant, p)))


def classifier(variant, p, classes):
    if p["n_hidden"] == 0:
        head = nn.Sequential(nn.Linear(p["latent_dim"], classes))
    else:
        head = nn.Sequential(nn.Linear(p["latent_dim"], p["n_hidden"]), nn.ReLU(),
                             nn.Dropout(p["dropout"]), nn.Linear(p["n_hidden"], classes))
    return nn.ModuleDict(OrderedDict(encoder=encoder(variant, p), head=head))


def gan(p):
    widths = [p["latent_dim"], 256, 512, 1024]
    up = [layer for a, b in zip(widths, widths[1:]) for layer in (nn.Linear(a, b), nn.LeakyReLU(0.2))]
    widths = [784, 1024, 512, 256]
    down = [layer for a, b in zip(widths, widths[1:])
            for layer in (nn.Linear(a, b), nn.LeakyReLU(0.2), nn.Dropout(p["dropout"]))]
    return nn.ModuleDict(OrderedDict(
        generator=nn.Sequential(*up, nn.Linear(1024, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))),
        discriminator=nn.Sequential(nn.Flatten(), *down, nn.Linear(256, 1), nn.Sigmoid())))


def wave(shape, step, phase):
    """sin(step * i + phase) over the elements of a tensor, in double precision, as float."""
    count = int(torch.tensor(shape).prod())
    return torch.sin(torch.arange(count, dtype=torch.float64) * step + phase).float().view(shape)


def images():
    return wave((4, 1, 28, 28), 0.013, 0.0)


def fill(net):
    """Weights that neither die nor explode, whatever the layers' widths."""
    with torch.no_grad():
        for k, parameter in enumerate(net.parameters()):
            numbers = wave(parameter.shape, 2.3, 0.9 * k)
            fan_in = parameter[0].numel()
            parameter.copy_(numbers * (1.5 / fan_in ** 0.5 if parameter.dim() > 1 else 0.1))
