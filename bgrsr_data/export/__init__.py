"""Publishing: what the dataset is, as Parquet manifests."""
