"""The provider `openai`: any endpoint that speaks OpenAI's embeddings API."""
