"""How large a model's file is in each quantization, where only the number of its weights is known.

Bits a weight are those of whole files: recipes keep some tensors finer than the name says. Source: the
published sizes of one 8B model (8.03 G weights) in all of them; MXFP4_MOE: of gpt-oss-20b.
"""

from __future__ import annotations

from types import MappingProxyType

BITS = MappingProxyType(
    {
        "IQ2_XXS": 2.4,
        "IQ2_XS": 2.6,
        "IQ2_S": 2.75,
        "IQ2_M": 2.94,
        "Q2_K": 3.17,
        "IQ3_XXS": 3.26,
        "IQ3_XS": 3.51,
        "IQ3_S": 3.67,
        "Q3_K_S": 3.65,
        "IQ3_M": 3.77,
        "Q3_K_M": 4.0,
        "Q3_K_L": 4.3,
        "IQ4_XS": 4.46,
        "IQ4_NL": 4.67,
        "MXFP4_MOE": 4.63,
        "Q4_0": 4.64,
        "Q4_K_S": 4.67,
        "Q4_K_M": 4.9,
        "Q4_1": 5.1,
        "Q5_0": 5.58,
        "Q5_K_S": 5.58,
        "Q5_K_M": 5.71,
        "Q5_1": 6.0,
        "Q6_K": 6.57,
        "Q8_0": 8.51,
        "BF16": 16.0,
        "F16": 16.0,
        "F32": 32.0,
    }
)
# A large vocabulary, kept finer than the layers, weighs more the smaller the model is.
_UNCERTAIN = ((600_000_000, 0.6), (2_000_000_000, 0.2), (5_000_000_000, 0.1))
_LEAST_UNCERTAIN = 0.06
_UNQUANTIZED = 16.0  # bits; above there is nothing to keep finer


def computed(parameters: int, quantization: str) -> int:
    """Return the expected bytes of the file. ``KeyError`` for a quantization that is not in ``BITS``."""
    return int(parameters * BITS[quantization] / 8)


def uncertainty(parameters: int, quantization: str) -> float:
    """Return by how much of itself the file may be larger than ``computed`` says."""
    if BITS[quantization] >= _UNQUANTIZED:
        return 0.02
    return next((share for most, share in _UNCERTAIN if parameters < most), _LEAST_UNCERTAIN)
