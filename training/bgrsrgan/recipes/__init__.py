"""What each network is trained with: `NETWORK.yaml` for use, `NETWORK-smoke.yaml` for a trial."""
