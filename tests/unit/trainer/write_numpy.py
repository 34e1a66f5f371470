"""Writes the same images and labels with NumPy in every form that foldmill reads.

usage: write_numpy.py DIRECTORY

Pixel i of the bytes is i * 37 % 256, of the floats i / 23, label i is i * 3.
"""
import sys

import numpy

directory = sys.argv[1]
pixels = (numpy.arange(24) * 37 % 256).astype(numpy.uint8).reshape(2, 3, 4)
floats = (numpy.arange(24) / 23).reshape(2, 3, 4)
labels = numpy.arange(2) * 3

numpy.savez(f"{directory}/stored.npz", images=pixels, labels=labels)
numpy.savez_compressed(f"{directory}/deflated.npz", x_train=pixels, y_train=labels.astype(numpy.uint8))
numpy.savez(f"{directory}/floats.npz", x=floats.astype(numpy.float32), y=labels.astype(numpy.int32))
numpy.save(f"{directory}/images.npy", floats[:, None])
numpy.save(f"{directory}/labels.npy", labels)
numpy.save(f"{directory}/fortran.npy", numpy.asfortranarray(pixels))
numpy.save(f"{directory}/objects.npy", numpy.array([pixels, None], dtype=object), allow_pickle=True)
