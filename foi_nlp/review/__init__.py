"""Review: a person checks what the rules found, and the corrections become gold.

`decisions` is the vocabulary, `journal` keeps decisions beside the run, `corrections` applies them to a record,
`merging` brings reviewers together, `gold` writes what is settled. `session`, `application` and `server` are the
local page on top of them.
"""
