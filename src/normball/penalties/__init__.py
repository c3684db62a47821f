"""Penalties: per coordinate, vectorised; strengths live in the Column, so one Ω serves a whole path."""

from .elastic import ElasticPenalty
from .groups import GroupPenalty

__all__ = ["ElasticPenalty", "GroupPenalty"]
