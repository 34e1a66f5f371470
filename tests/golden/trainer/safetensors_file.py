"""Reads a safetensors file by the format's description, with numpy alone."""
import json

import numpy


def load(path):
    """The file's metadata and its tensors by name."""
    with open(path, "rb") as file:
        content = file.read()
    begin = 8 + int.from_bytes(content[:8], "little")
    entries = json.loads(content[8:begin])
    metadata = entries.pop("__metadata__", {})
    kinds = {"F32": numpy.float32, "I64": numpy.int64}
    return metadata, {
        name: numpy.frombuffer(content[begin + entry["data_offsets"][0]:
                                       begin + entry["data_offsets"][1]],
                               kinds[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in entries.items()}
