"""Awards: from the offer to the closed grant, tranche by tranche."""
