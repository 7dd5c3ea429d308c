"""GraphQL over HTTP, server-sent events, multipart responses and WebSockets.

`request` reads what clients send, `persisted` finds the document they mean, `operations` runs it
and gives public frames; `endpoint` (with `single`, `events`, `multipart`) and `socket` carry them.
"""
