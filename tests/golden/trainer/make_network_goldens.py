#!/usr/bin/python3
"""Writes networks.json: output, losses and gradients of every network, made with PyTorch 1.13:
    /usr/bin/python3 tests/golden/trainer/make_network_goldens.py
"""
import json
import pathlib

import torch
import torch.nn.functional as F

import networks as nets

HERE = pathlib.Path(__file__).parent
NARROW = {"filters_1": 2, "filters_2": 3, "filters_3": 4, "fc": 5, "latent_dim": 2}
SCALED = {"n_channels": 2, "fc": 6, "latent_dim": 3}
LOSSES = {"mse": F.mse_loss, "l1": F.l1_loss, "bce": F.binary_cross_entropy}
MEAN, STD = 0.4, 0.25  # how the images of a case with target unit are normalised


def case(name, model, params, net, output, losses):
    """Gradients are those of the first loss."""
    net.zero_grad()
    next(iter(losses.values())).backward()
    return {"name": name, "model": model, "params": params,
            "output_every_97th": output.detach().flatten()[::97].tolist(),
            "losses": {key: value.item() for key, value in losses.items()},
            "gradients": {key: p.grad.flatten()[:40].tolist()
                          for key, p in net.named_parameters() if p.grad is not None}}


def reconstruction(name, variant, params, target="input", noise=None):
    net = nets.autoencoder(variant, params)
    nets.fill(net)
    x = nets.images()
    output = net["decoder"](net["encoder"](x if noise is None else x + noise))
    wanted = x if target == "input" else x * STD + MEAN
    loss = LOSSES[params.get("loss", "mse")](output, wanted)
    model = {"type": "cae" if noise is None else "dae", "variant": variant, "target": target}
    return case(name, model, params, net, output, {"loss": loss})


def variational():
    params = {**NARROW, "latent_dim": 3, "kl_weight": 0.5}
    net = nets.vae("conv3", params)
    nets.fill(net)
    x = nets.images()
    features = net["encoder"](x)
    mu, log_var = net["mu"](features), net["log_var"](features)
    code = mu + torch.exp(0.5 * log_var) * nets.wave((4, 3), 1.7, 0.2)
    output = net["decoder"](code)
    squares = F.mse_loss(output, x, reduction="sum") / 4
    kl = -0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp()) / 4
    return case("vae", {"type": "vae", "variant": "conv3", "target": "input"}, params, net, output,
                {"loss": squares + 0.5 * kl, "reconstruction": squares, "kl": kl})


def classification(name, hidden):
    params = {**NARROW, "latent_dim": 3, "n_hidden": hidden, "dropout": 0.0}
    net = nets.classifier("conv3", params, 4)
    nets.fill(net)
    scores = net["head"](net["encoder"](nets.images()))
    loss = F.cross_entropy(scores, torch.tensor([0, 3, 1, 2]))
    return case(name, {"type": "classifier", "variant": "conv3", "classes": 4}, params, net, scores,
                {"loss": loss})


def adversarial(part):
    params = {"latent_dim": 64, "dropout": 0.0}
    net = nets.gan(params)
    nets.fill(net)
    x = nets.images()
    generated = net["generator"](nets.wave((4, 64), 0.7, 0.1))
    ones, zeros = torch.ones(4, 1), torch.zeros(4, 1)
    if part == "generator":
        loss = F.binary_cross_entropy(net["discriminator"](generated), ones)
    else:
        loss = (F.binary_cross_entropy(net["discriminator"](x), ones)
                + F.binary_cross_entropy(net["discriminator"](generated.detach()), zeros))
    made = case(f"gan {part}", {"type": "gan", "variant": "mlp"}, params, net, generated,
                {"loss": loss})
    made["gradients"] = {k: g for k, g in made["gradients"].items() if k.startswith(part)}
    return made


torch.set_num_threads(1)
cases = [
    reconstruction("cae conv3", "conv3", NARROW),
    reconstruction("cae conv3 with other activations", "conv3",
                   {**NARROW, "activation": "leaky_relu", "output_activation": "tanh"}),
    reconstruction("cae conv3 l1 elu", "conv3", {**NARROW, "loss": "l1", "activation": "elu"}),
    reconstruction("cae conv3 gelu", "conv3", {**NARROW, "activation": "gelu"}),
    reconstruction("cae conv3 silu", "conv3", {**NARROW, "activation": "silu"}),
    reconstruction("cae conv4", "conv4", {**NARROW, "filters_4": 3, "activation": "tanh"}),
    reconstruction("cae scaled", "scaled", SCALED, "unit"),
    reconstruction("cae scaled bce", "scaled", {**SCALED, "loss": "bce"}, "unit"),
    reconstruction("dae", "conv3", {**NARROW, "latent_dim": 3}, "input",
                   0.3 * nets.wave((4, 1, 28, 28), 3.1, 0.5)),
    variational(), classification("classifier, linear head", 0),
    classification("classifier, hidden layer", 7), adversarial("generator"),
    adversarial("discriminator")]
(HERE / "networks.json").write_text(json.dumps(cases, indent=0) + "\n")
