"""Trainings in figures: how many came, stayed and were certified, by place, sex and age."""
