"""Periods, values and units, and the figures that stand in running text."""
