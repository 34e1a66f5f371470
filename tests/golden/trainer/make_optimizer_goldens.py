#!/usr/bin/python3
"""Writes the steps of every optimiser and learning-rate schedule that foldmill-trainer is compared
with. Made with PyTorch 1.13:
    /usr/bin/python3 tests/golden/trainer/make_optimizer_goldens.py
"""
import json
import pathlib

import torch
from torch import optim
from torch.optim import lr_scheduler

HERE = pathlib.Path(__file__).parent
LR = 0.01
MAKERS = {"adam": optim.Adam, "adamw": optim.AdamW, "adamax": optim.Adamax, "radam": optim.RAdam,
          "adagrad": optim.Adagrad, "rmsprop": optim.RMSprop, "sgd": optim.SGD}


def write(name, values):
    (HERE / name).write_text("[\n" + ",\n".join(map(json.dumps, values)) + "\n]\n")


def two_hundred_steps(name, dtype, first_lr_factor, grad_clip, options):
    """Down a bowl whose bottom moves; the first four weights are a matrix, the others a vector."""
    start = torch.linspace(-1, 1, 6, dtype=dtype)
    weights = [start[:4].view(2, 2).clone().requires_grad_(), start[4:].clone().requires_grad_()]
    optimizer = MAKERS[name]([{"params": weights[:1], "lr": LR * first_lr_factor},
                              {"params": weights[1:]}], lr=LR, **options)
    slope = torch.arange(1, 7, dtype=dtype) / 3
    for step in range(200):
        optimizer.zero_grad()
        flat = torch.cat([w.flatten() for w in weights])
        (slope * (flat - torch.sin(slope * step * 0.05)) ** 2).sum().backward()
        if grad_clip:
            torch.nn.utils.clip_grad_norm_(weights, grad_clip)
        optimizer.step()
    return torch.cat([w.detach().flatten() for w in weights]).tolist()


def optimizer_golden(name, first_lr_factor=1.0, grad_clip=0.0, **options):
    params = {"optimizer": name}
    for option, value in options.items():
        params.update(zip(("beta1", "beta2"), value) if option == "betas" else [(option, value)])
    return {"params": params, "first_lr_factor": first_lr_factor, "grad_clip": grad_clip,
            **{key: two_hundred_steps(name, dtype, first_lr_factor, grad_clip, options)
               for key, dtype in (("float32", torch.float32), ("float64", torch.float64))}}


def optimizer_goldens():
    for name in MAKERS:
        for decay in (0.0, 0.1):
            yield optimizer_golden(name, weight_decay=decay)
    for decay in (0.0, 0.1):
        yield optimizer_golden("sgd", momentum=0.9, weight_decay=decay)
        yield optimizer_golden("sgd", momentum=0.9, nesterov=True, weight_decay=decay)
        yield optimizer_golden("rmsprop", momentum=0.9, weight_decay=decay)
    for name in ("adam", "adamw", "adamax", "radam"):
        yield optimizer_golden(name, betas=(0.5, 0.99), weight_decay=0.1)
    for name in MAKERS:
        yield optimizer_golden(name, first_lr_factor=0.1, weight_decay=0.1)
    yield optimizer_golden("sgd", grad_clip=0.5, weight_decay=0.0)


def schedule_golden(params, epochs, steps_per_epoch, make, each_step):
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = make(optimizer)
    factors = []
    for _ in range(epochs):
        factors.append([])
        for _ in range(steps_per_epoch):
            factors[-1].append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if each_step and sum(map(len, factors)) < epochs * steps_per_epoch:
                schedule.step()
        if not each_step:
            schedule.step()
    return {"params": params, "epochs": epochs, "steps_per_epoch": steps_per_epoch,
            "factors": factors}


def schedule_goldens():
    yield schedule_golden({"lr_schedule": "step", "lr_step_epochs": 3, "lr_gamma": 0.5}, 8, 2,
                          lambda o: lr_scheduler.StepLR(o, 3, 0.5), False)
    for epochs in (1, 7):
        yield schedule_golden({"lr_schedule": "cosine"}, epochs, 2,
                              lambda o: lr_scheduler.CosineAnnealingLR(o, epochs), False)
    for epochs, steps in ((1, 1), (1, 2), (3, 1), (5, 4), (2, 10)):
        yield schedule_golden(
            {"lr_schedule": "one_cycle"}, epochs, steps,
            lambda o: lr_scheduler.OneCycleLR(o, 1.0, epochs=epochs, steps_per_epoch=steps,
                                              cycle_momentum=False), True)


write("optimizers.json", optimizer_goldens())
write("lr_schedules.json", schedule_goldens())
