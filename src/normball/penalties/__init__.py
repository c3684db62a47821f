"""Penalties: per coordinate, vectorised; strengths live in the Column, so one Ω serves a whole path."""

from .elastic import ElasticPenalty

__all__ = ["ElasticPenalty"]
