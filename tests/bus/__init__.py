"""The queue: what is lost, doubled, reordered or stopped changes no read model."""
