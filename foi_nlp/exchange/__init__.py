"""Spans to other review tools and back."""
