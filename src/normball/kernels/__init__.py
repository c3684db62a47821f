"""Compiled loops: arrays in, arrays out, no objects.  No other room imports numba at its top."""
