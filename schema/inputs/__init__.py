"""What mutations take; each input turns into the plain item of the rules, field by field."""
