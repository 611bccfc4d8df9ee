"""The training step of this project in PyTorch, for comparison: same network, batch and augmentation, channels_last.

With the mode "qat" it is PyTorch's eager quantization-aware training of the network with batch norm folded.

Usage: python3 torch_train.py SIZE BATCH STEPS float|qat; prints one JSON object. Used by `npm run bench` where PyTorch is installed.
"""
import json
import math
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

SIZE, BATCH, STEPS = (int(argument) for argument in sys.argv[1:4])
QAT = sys.argv[4] == "qat"
WARMUP = 3
STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


class SameConv(nn.Conv2d):
    """3x3 convolution with TensorFlow's SAME padding."""

    def forward(self, x):
        stride = self.stride[0]
        total = max((math.ceil(x.shape[-1] / stride) - 1) * stride + 3 - x.shape[-1], 0)
        begin = total // 2
        return super().forward(F.pad(x, (begin, total - begin, begin, total - begin)))


def unit(inputs, outputs, kernel, stride, groups, relu6):
    if QAT:
        # Eager mode knows neither the padding above nor ReLU6 as part of a convolution.
        pad = [nn.ZeroPad2d((2 - stride, 1, 2 - stride, 1))] if kernel == 3 else []
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups)
        return pad + [nn.intrinsic.ConvReLU2d(convolution, nn.ReLU()) if relu6 else convolution]
    convolution = SameConv if kernel == 3 else nn.Conv2d
    layers = [convolution(inputs, outputs, kernel, stride, groups=groups, bias=False), nn.BatchNorm2d(outputs, eps=1e-3)]
    return layers + ([nn.ReLU6(inplace=True)] if relu6 else [])


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        expand = unit(inputs, hidden, 1, 1, 1, True) if expansion > 1 else []
        self.layers = nn.Sequential(*expand, *unit(hidden, hidden, 3, stride, hidden, True), *unit(hidden, outputs, 1, 1, 1, False))
        self.residual = stride == 1 and inputs == outputs
        self.sum = nn.quantized.FloatFunctional()

    def forward(self, x):
        return self.sum.add(x, self.layers(x)) if self.residual else self.layers(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = unit(1, 32, 3, 2, 1, True), 32
        for expansion, outputs, repeats, stride in STAGES:
            for repeat in range(repeats):
                layers.append(Block(channels, outputs, stride if repeat == 0 else 1, expansion))
                channels = outputs
        self.features = nn.Sequential(*layers, *unit(320, 1280, 1, 1, 1, True))
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(1280, 7)
        self.quant = torch.quantization.QuantStub()

    def forward(self, x):
        return self.classifier(self.dropout(self.features(self.quant(x)).mean((2, 3))))


def augment(faces):
    """Flip, rotation, scale, shift, tone, noise and cut-out of grey 48x48 faces, scaled up to SIZE."""
    n = len(faces)
    uniform = lambda reach: (torch.rand(n) * 2 - 1) * reach
    tone = (faces / 255).pow(2 ** uniform(0.2).view(-1, 1, 1, 1))
    tone = 0.5 + (1 + uniform(0.25)).view(-1, 1, 1, 1) * (tone - 0.5) + uniform(0.15).view(-1, 1, 1, 1)
    tone = (tone + torch.randn_like(tone) * torch.rand(n).view(-1, 1, 1, 1) * 4 / 255).clamp(0, 1)
    mirror, angle, zoom = torch.sign(torch.rand(n) - 0.5), uniform(math.radians(15)), 1 / (1 + uniform(0.15))
    cos, sin = angle.cos() * zoom, angle.sin() * zoom
    rows = torch.stack([mirror * cos, -mirror * sin, uniform(0.16), sin, cos, uniform(0.16)], 1).view(n, 2, 3)
    grid = F.affine_grid(rows, (n, 1, SIZE, SIZE), align_corners=False)
    images = F.grid_sample(tone, grid, padding_mode="border", align_corners=False) * 2 - 1
    for image in images:
        if torch.rand(()) < 0.5:
            side = int(SIZE * (0.12 + 0.23 * torch.rand(())))
            top, left = (int(torch.rand(()) * (SIZE - side)) for _ in range(2))
            image[:, top : top + side, left : left + side] = 0
    return images


def main():
    torch.manual_seed(1)
    torch.set_num_threads(torch.get_num_threads())
    network = MobileNetV2().to(memory_format=torch.channels_last).train()
    if QAT:
        network.qconfig = torch.quantization.get_default_qat_qconfig("fbgemm")
        torch.quantization.prepare_qat(network, inplace=True)
    average = [parameter.detach().clone() for parameter in network.parameters()]
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.02)
    faces = torch.randint(0, 256, (BATCH * 4, 1, 48, 48)).float()
    labels = torch.randint(0, 7, (BATCH * 4,))
    times = []
    for step in range(STEPS + WARMUP):
        begin = time.perf_counter()
        pick = torch.randperm(len(faces))[:BATCH]
        images = augment(faces[pick]).contiguous(memory_format=torch.channels_last)
        loss = F.cross_entropy(network(images), labels[pick], label_smoothing=0.1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(average, 0.998)
            torch._foreach_add_(average, [parameter.detach() for parameter in network.parameters()], alpha=0.002)
        times.append(time.perf_counter() - begin)
    median = sorted(times[WARMUP:])[STEPS // 2]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"imagesPerSecond": BATCH / median, "peakMegabytes": peak, "version": torch.__version__}))


main()
