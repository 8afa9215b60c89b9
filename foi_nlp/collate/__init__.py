"""Replies to one request from many forces, as tidy tables and a report."""
