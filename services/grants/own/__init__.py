"""What an applicant sees of their own: applications, the award, payments."""
