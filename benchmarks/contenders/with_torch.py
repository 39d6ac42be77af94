"""PyTorch, eager: batches by index_select or by a DataLoader; optimizers plain or fused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from ..nets import Job


def prepare(job: Job, variant: str) -> Callable[[], list]:
    """variant: "slicing", "fused" (slicing too) or "loader". Images are scaled to float32 once."""
    torch.set_num_threads(job.threads)
    images = torch.from_numpy(job.images * np.float32(1 / 255))
    labels, order = torch.from_numpy(job.labels), torch.from_numpy(job.order)
    batches = _loader(images, labels, job) if variant == "loader" else None

    def epoch() -> list:
        model = _model(job)
        optimizer = _optimizer(model, job, fused=variant == "fused")
        loss_of = nn.CrossEntropyLoss()
        for some_images, some_labels in batches or _slices(images, labels, order, job.net.batch):
            optimizer.zero_grad()
            loss_of(model(some_images), some_labels).backward()
            optimizer.step()
        linear = [part for part in model if isinstance(part, nn.Linear)]
        return [(part.weight.detach().numpy().T, part.bias.detach().numpy()) for part in linear]

    return epoch


def _slices(images: torch.Tensor, labels: torch.Tensor, order: torch.Tensor, batch: int) -> Iterator:
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        yield images.index_select(0, chosen), labels.index_select(0, chosen)


def _loader(images: torch.Tensor, labels: torch.Tensor, job: Job) -> DataLoader:
    return DataLoader(TensorDataset(images, labels), batch_size=job.net.batch, sampler=job.order.tolist())


def _model(job: Job) -> nn.Sequential:
    activation = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}[job.net.activation]
    parts: list[nn.Module] = []
    for weights, bias in job.layers:
        linear = nn.Linear(*weights.shape)
        linear.weight.data.copy_(torch.from_numpy(weights.T.copy()))
        linear.bias.data.copy_(torch.from_numpy(bias))
        parts += [linear, activation()]
    return nn.Sequential(*parts[:-1])


def _optimizer(model: nn.Module, job: Job, fused: bool) -> torch.optim.Optimizer:
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[job.optimizer]
    return make(model.parameters(), lr=job.rate, fused=fused or None)
