#!/usr/bin/python3
"""check_model_files.py DIRECTORY IMAGES METRIC EXPECTED: opens the model files in DIRECTORY as
docs/model-files.md says, and reproduces a metric of validation from them.

IMAGES is a safetensors file with `pixels` in [0, 1] and, for a classifier, `labels`. Exit status 0:
the files agree with each other and METRIC is EXPECTED to 1e-5."""
import json
import pathlib
import sys

import torch
from torch.nn import functional

from safetensors_file import load


def loss(model, normalized, pixels, meta):
    output = model.forward(normalized)
    target = pixels if meta["model"]["target"] == "unit" else normalized
    return {"mse": functional.mse_loss, "l1": functional.l1_loss,
            "bce": functional.binary_cross_entropy}[meta["params"]["loss"]](output, target)


def divergence(model, normalized):
    mean, log_variance = model.posterior(normalized)
    return 0.5 * (mean ** 2 + log_variance.exp() - 1 - log_variance).sum() / len(mean)


def measure(metric, model, images, meta):
    pixels = torch.tensor(images["pixels"])
    normalized = model.normalize(pixels)
    assert torch.allclose(model.denormalize(normalized), pixels, atol=1e-6)
    if metric == "discriminator":
        return model.discriminate(normalized).mean()
    codes = model.encode(normalized)
    if metric == "val_kl":
        return divergence(model, normalized)
    if metric == "val_accuracy":
        labels = torch.tensor(images["labels"])
        return (model(normalized).argmax(1) == labels).float().mean()
    if meta["model"]["type"] == "classifier":
        return functional.cross_entropy(model(normalized), torch.tensor(images["labels"]))
    assert torch.equal(model.decode(codes), model(normalized))
    return loss(model, normalized, pixels, meta)


def main():
    directory, images, metric, expected = sys.argv[1:]
    directory = pathlib.Path(directory)
    meta = json.loads((directory / "meta.json").read_text())
    weights = torch.load(directory / "state_dict.pt")
    model = torch.jit.load(directory / "model.ts").eval()
    metadata, tensors = load(directory / "model.safetensors")
    described = json.loads(metadata["foldmill"])
    assert described["type"] == meta["model"]["type"]
    assert (described["mean"], described["std"]) == (meta["data"]["mean"], meta["data"]["std"])
    scripted = model.state_dict()
    assert set(weights) == set(scripted) == set(tensors), (set(weights), set(scripted))
    for name, value in weights.items():
        assert value.storage().size() == value.numel(), f"{name} brings other tensors with it"
        assert torch.equal(value, scripted[name])
        assert torch.equal(value, torch.tensor(tensors[name]))
    with torch.no_grad():
        found = measure(metric, model, load(images)[1], meta).item()
    print(f"{metric}: {found}, expected {expected}")
    sys.exit(abs(found - float(expected)) > 1e-5 * abs(float(expected)))


main()
