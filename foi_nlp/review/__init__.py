"""The local review page and the corrections made there."""
