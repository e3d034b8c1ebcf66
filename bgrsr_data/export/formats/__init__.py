"""One module for each format that a set can be handed on in; registry.py names them."""
