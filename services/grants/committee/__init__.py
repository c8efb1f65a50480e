"""The grant committee: reviews, ranking and meetings."""
