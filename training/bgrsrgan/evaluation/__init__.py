"""How good a network is, on people and places it never saw, against what needs no training."""
