#!/usr/bin/python3
"""The peer of `foldmill-trainer bench`: the same network and optimiser on the same images in eager
PyTorch, fed as a notebook has it (loader: torchvision's data set behind a DataLoader) or from one
tensor in the device's memory (resident). Prints JSON.

Needs PyTorch and torchvision (Debian: python3-torch, python3-torchvision)."""
import argparse
import contextlib
import gzip
import json
import pathlib
import statistics
import tempfile
import time

import torch
import torchvision
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import transforms

LEARNING_RATE = 0.004748
MEAN, STD = 0.2860, 0.3530
FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte",
         "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=("loader", "resident"), default="loader")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--data-dir", type=pathlib.Path, default="/usr/share/datasets")
    for name, value in (("threads", 1), ("batch", 256), ("images", 20000), ("epochs", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def conv3():
    """28 -> 14 -> 7 -> 3 pixels a side, two numbers, and back."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(True),
        nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(True),
        nn.Conv2d(32, 64, 3, 2), nn.ReLU(True), nn.Flatten(),
        nn.Linear(576, 64), nn.ReLU(True), nn.Linear(64, 2),
        nn.Linear(2, 64), nn.ReLU(True), nn.Linear(64, 576), nn.ReLU(True),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, 2), nn.ReLU(True),
        nn.ConvTranspose2d(32, 16, 3, 2, 1, 1), nn.ReLU(True),
        nn.ConvTranspose2d(16, 1, 3, 2, 1, 1))


@contextlib.contextmanager
def fashion_mnist(data_dir):
    """torchvision's data set, over copies of the files that are there: it would download them."""
    with tempfile.TemporaryDirectory() as root:
        raw = pathlib.Path(root, "FashionMNIST", "raw")
        raw.mkdir(parents=True)
        for name in FILES:
            packed = data_dir / "fashion-mnist" / f"{name}.gz"
            plain = packed.with_suffix("")
            raw.joinpath(name).write_bytes(
                plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes()))
        yield torchvision.datasets.FashionMNIST(root, transform=transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize((MEAN,), (STD,))]))


def loader_batches(data, args):
    loader = DataLoader(Subset(data, range(args.images)), batch_size=args.batch, shuffle=True)
    return lambda: (images.to(args.device) for images, _ in loader)


def resident_batches(data, args):
    pixels = data.data[:args.images].to(args.device).float().div(255)
    images = pixels.sub(MEAN).div(STD).unsqueeze(1)

    def batches():
        order = torch.randperm(len(images), device=args.device)
        return (images[part] for part in order.split(args.batch))
    return batches


def train(net, optimizer, batches):
    """One epoch; its mean loss, read once a step as training loops do."""
    total, count = 0.0, 0
    for images in batches:
        loss = nn.functional.mse_loss(net(images), images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(images)
        count += len(images)
    return total / count


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    with fashion_mnist(args.data_dir) as data:
        batches = {"loader": loader_batches, "resident": resident_batches}[args.mode](data, args)
        net = conv3().to(args.device)
        optimizer = torch.optim.Adam(net.parameters(), LEARNING_RATE)
        seconds, cpu_seconds, losses = [], [], []
        for _ in range(args.epochs):
            begin, cpu_begin = time.perf_counter(), time.process_time()
            losses.append(train(net, optimizer, batches()))
            seconds.append(time.perf_counter() - begin)
            cpu_seconds.append(time.process_time() - cpu_begin)
    rates = [args.images / epoch for epoch in seconds]
    print(json.dumps({
        "mode": args.mode, "model": "cae", "variant": "conv3", "device": args.device,
        "threads": args.threads, "batch": args.batch, "images": args.images, "epochs": args.epochs,
        "images_per_second": statistics.median(rates), "images_per_second_min": min(rates),
        "images_per_second_max": max(rates),
        "images_per_cpu_second": statistics.median(args.images / epoch for epoch in cpu_seconds),
        "seconds": seconds, "cpu_seconds": cpu_seconds, "metrics": {"train_loss": losses},
        "torch_version": torch.__version__}, indent=2))


if __name__ == "__main__":
    main()
