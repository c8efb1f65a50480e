"""Education outcomes: classes, schools, vocational certificates, diplomas."""
