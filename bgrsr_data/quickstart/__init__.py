"""Quickstart: green-screen footage with known alpha, made on the spot from public-domain photographs."""
