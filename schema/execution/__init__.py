"""Compiled execution: operations as plans of plain functions; see docs/execution.md.

`executor` is what a Strawberry schema is given. It finds the plan of an operation (`plans`), or has
graphql-core execute it, if a plan would not cover it (`coverage`). A plan (`compiling`, `plan`)
resolves fields (`calling`) and completes their values (`completion`, `leaves`); what is read from
attributes alone is read by generated functions (`generation`). What is awaited is awaited together
(`run`).

Nothing here knows what the schema is about.
"""
