"""What a participant sees of their own: trainings, certificates, data and consents."""
