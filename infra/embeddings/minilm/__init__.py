"""all-MiniLM-L6-v2 in NumPy alone: tokenizer, weights, encoder, and the embedder made of them."""
