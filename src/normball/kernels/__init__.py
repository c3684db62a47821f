"""Compiled loops: arrays in, arrays out, no objects.  The only room that imports numba, so nothing above imports it early."""
