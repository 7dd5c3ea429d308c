"""How well libraries answer, and the weights under which they answer best."""
