"""What data does to a network: the same short training on several sets, judged alike on people that none has seen."""
